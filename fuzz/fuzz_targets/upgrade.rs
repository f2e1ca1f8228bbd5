//! `upgrade` of the targets in `src/lib.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| terraform_provider_eks_fuzz::upgrade(input));
