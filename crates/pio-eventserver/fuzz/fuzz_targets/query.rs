#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| pio_eventserver::fuzz::query(input));
