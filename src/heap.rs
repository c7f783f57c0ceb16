//! Giving memory back to the system.

/// Gives the system what the allocator keeps for later and nobody uses. Reading all sources, or opening an index, takes a
/// hundred megabytes for some seconds; glibc would keep them for good, scattered over the arenas of the threads that took them.
/// Where the allocator is another one, nothing happens.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::malloc_trim(0);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_int;

    // It takes every lock that it needs, and moves nothing that is in use: <https://man7.org/linux/man-pages/man3/malloc_trim.3.html>.
    #[expect(unsafe_code, reason = "the signature is that of glibc 2.8 and later")]
    unsafe extern "C" {
        /// Leaves `pad` bytes free at the top of the main heap; tells whether anything was given back.
        pub safe fn malloc_trim(pad: usize) -> c_int;
    }
}
