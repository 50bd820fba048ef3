//! Who gets how many shifts of a week.
