//! Commands every dialect shares, one family per file.
