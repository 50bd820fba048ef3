//! Speech as calls use it: real espeak-ng, real files, and everything that can be wrong with them.
