//! The emulator under real clients, and under requests that no client would send.

#![expect(clippy::unwrap_used, reason = "this is a test from end to end; clippy only knows so inside test functions")]

mod clock;
mod clusters;
mod command_line;
mod control;
mod faults;
mod http;
mod kubernetes;
mod refusals;
mod sdk;
