//! Lists that mostly have nothing or one thing, in as little memory.

/// Adds to such a list; where that is.
pub(crate) fn add<T>(list: &mut Box<[T]>, one: T) -> usize {
    let mut longer = std::mem::take(list).into_vec();
    longer.reserve_exact(1);
    longer.push(one);
    *list = longer.into();
    list.len() - 1
}
