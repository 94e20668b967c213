//! Memory for what most modems never have.

/// A value that takes its memory when it is first used, where there is a heap; else it
/// is in place.
#[derive(Debug)]
pub(crate) struct OnUse<T>(Option<Place<T>>);

#[cfg(feature = "alloc")]
type Place<T> = alloc::boxed::Box<T>;
#[cfg(not(feature = "alloc"))]
type Place<T> = T;

impl<T> OnUse<T> {
    /// Not used yet.
    pub(crate) const NEW: Self = Self(None);

    /// This value.
    pub(crate) fn of(value: T) -> Self {
        #[cfg(feature = "alloc")]
        let value = Place::new(value);
        Self(Some(value))
    }

    /// Whether it was used.
    #[inline]
    pub(crate) fn is_used(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the value out.
    pub(crate) fn take(&mut self) -> Option<T> {
        #[cfg(feature = "alloc")]
        return self.0.take().map(|place| *place);
        #[cfg(not(feature = "alloc"))]
        self.0.take()
    }

    /// The value, if it was used.
    pub(crate) fn get(&self) -> Option<&T> {
        #[cfg(feature = "alloc")]
        return self.0.as_deref();
        #[cfg(not(feature = "alloc"))]
        self.0.as_ref()
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        #[cfg(feature = "alloc")]
        return self.0.as_deref_mut();
        #[cfg(not(feature = "alloc"))]
        self.0.as_mut()
    }
}

impl<T: Default> OnUse<T> {
    /// The value, which is used from now on.
    pub(crate) fn used(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T> Default for OnUse<T> {
    fn default() -> Self {
        Self::NEW
    }
}
