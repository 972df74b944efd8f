//! The conversation domain's ports.
