//! How much memory this process holds.

/// Memory that is resident now, in bytes; `None` where the system does not tell.
pub fn resident() -> Option<u64> {
    memory_stats::memory_stats().and_then(|stats| u64::try_from(stats.physical_mem).ok())
}

/// The most memory that was ever resident since the process began, in bytes; `None` outside Linux.
pub fn peak() -> Option<u64> {
    high_water_mark(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The line `VmHWM` of a Linux process status, which counts in KiB.
fn high_water_mark(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_read_from_among_the_other_lines() {
        assert_eq!(high_water_mark("Name:\tcolega\nVmPeak:\t  900 kB\nVmHWM:\t   12 kB\n"), Some(12_288));
        for status in ["", "VmHWM:\t12", "VmHWM:\tmuch kB", "VmHWM: 18446744073709551615 kB"] {
            assert_eq!(high_water_mark(status), None, "{status}");
        }
    }
}
