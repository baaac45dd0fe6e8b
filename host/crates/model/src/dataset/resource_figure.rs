//! Figures of what a host spends, by name.

use std::fmt;

use crate::resources::{CpuShares, HostUse, Memory, ResourceSample};

/// Bytes of a kilobyte, as `/proc/meminfo` counts them.
const KILOBYTE: f64 = 1024.0;

macro_rules! figures {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// A figure of what a host spends.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ResourceFigure { $($(#[doc = $doc])* $variant,)* }

        impl ResourceFigure {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name, such as `cpu.usr`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

figures! {
    /// Per cent of all processors, as are the next ones.
    CpuUsr = "cpu.usr",
    /// See [`CpuShares::nice`].
    CpuNice = "cpu.nice",
    /// See [`CpuShares::sys`].
    CpuSys = "cpu.sys",
    /// See [`CpuShares::iowait`].
    CpuIowait = "cpu.iowait",
    /// See [`CpuShares::irq`].
    CpuIrq = "cpu.irq",
    /// See [`CpuShares::soft`].
    CpuSoft = "cpu.soft",
    /// See [`CpuShares::steal`].
    CpuSteal = "cpu.steal",
    /// See [`CpuShares::guest`].
    CpuGuest = "cpu.guest",
    /// See [`CpuShares::gnice`].
    CpuGnice = "cpu.gnice",
    /// See [`CpuShares::idle`].
    CpuIdle = "cpu.idle",
    /// See [`CpuShares::busy`].
    CpuBusy = "cpu.busy",
    /// Bytes, as are the next ones.
    MemoryTotal = "memory.total",
    /// See [`Memory::used`].
    MemoryUsed = "memory.used",
    /// See [`Memory::free`].
    MemoryFree = "memory.free",
    /// See [`Memory::shared`].
    MemoryShared = "memory.shared",
    /// See [`Memory::buff_cache`].
    MemoryBuffCache = "memory.buff-cache",
    /// See [`Memory::available`].
    MemoryAvailable = "memory.available",
    /// Most used memory.
    MemoryPeak = "memory.peak",
    /// Bytes per second, as are the next ones.
    NetworkReceived = "network.received",
    /// Sent through all interfaces.
    NetworkSent = "network.sent",
    /// Read from all disks.
    DisksRead = "disks.read",
    /// Written to all disks.
    DisksWritten = "disks.written",
    /// Per cent of the time, as are the next ones.
    PressureCpu = "pressure.cpu",
    /// Some task waited for memory.
    PressureMemory = "pressure.memory",
    /// Some task waited for a disk.
    PressureIo = "pressure.io",
    /// Degrees Celsius.
    TemperaturePeak = "temperature.peak",
    /// Nanoseconds.
    RoundTripMean = "round-trip.mean",
}

impl fmt::Display for ResourceFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl ResourceFigure {
    /// The figure of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|figure| figure.name() == name)
    }

    /// Its value over a span of time; NaN when not known.
    pub fn of_use(self, host: &HostUse) -> f64 {
        let value = match self {
            Self::MemoryPeak => host.memory_peak.map(|kilobytes| kilobytes * KILOBYTE),
            Self::NetworkReceived => host.network.map(|(received, _)| received),
            Self::NetworkSent => host.network.map(|(_, sent)| sent),
            Self::DisksRead => host.disks.map(|(read, _)| read),
            Self::DisksWritten => host.disks.map(|(_, written)| written),
            Self::PressureCpu => host.pressure.map(|pressure| pressure.cpu),
            Self::PressureMemory => host.pressure.map(|pressure| pressure.memory),
            Self::PressureIo => host.pressure.map(|pressure| pressure.io),
            Self::TemperaturePeak => host.temperature_peak,
            Self::RoundTripMean => host.round_trip.map(|(_, mean, _)| mean),
            _ => self.of_shares(host.cpu.as_ref()).or_else(|| self.of_memory(host.memory.as_ref())),
        };
        value.unwrap_or(f64::NAN)
    }

    /// Its value in a sample; NaN when not known.
    pub fn of_sample(self, sample: &ResourceSample) -> f64 {
        let sum = |values: &mut dyn Iterator<Item = f64>| values.reduce(|a, b| a + b);
        let has_interval = sample.interval_ns.is_some();
        let value = match self {
            Self::NetworkReceived if has_interval => sum(&mut sample.network.iter().map(|one| one.received)),
            Self::NetworkSent if has_interval => sum(&mut sample.network.iter().map(|one| one.sent)),
            Self::DisksRead if has_interval => sum(&mut sample.disks.iter().map(|one| one.read)),
            Self::DisksWritten if has_interval => sum(&mut sample.disks.iter().map(|one| one.written)),
            Self::PressureCpu => sample.pressure.map(|pressure| pressure.cpu),
            Self::PressureMemory => sample.pressure.map(|pressure| pressure.memory),
            Self::PressureIo => sample.pressure.map(|pressure| pressure.io),
            Self::TemperaturePeak => sample.temperature,
            Self::RoundTripMean => Some(sample.round_trip_ns as f64).filter(|nanos| *nanos > 0.0),
            Self::MemoryPeak => Some(sample.memory.used * KILOBYTE),
            _ => self.of_shares(sample.cpu.as_ref()).or_else(|| self.of_memory(Some(&sample.memory))),
        };
        value.unwrap_or(f64::NAN)
    }

    /// Its value in processor shares; none when it is not one of them.
    pub fn of_shares(self, shares: Option<&CpuShares>) -> Option<f64> {
        let shares = shares?;
        Some(match self {
            Self::CpuUsr => shares.usr,
            Self::CpuNice => shares.nice,
            Self::CpuSys => shares.sys,
            Self::CpuIowait => shares.iowait,
            Self::CpuIrq => shares.irq,
            Self::CpuSoft => shares.soft,
            Self::CpuSteal => shares.steal,
            Self::CpuGuest => shares.guest,
            Self::CpuGnice => shares.gnice,
            Self::CpuIdle => shares.idle,
            Self::CpuBusy => shares.busy(),
            _ => return None,
        })
    }

    /// Its value of memory, bytes; none when it is not one of it.
    pub fn of_memory(self, memory: Option<&Memory>) -> Option<f64> {
        let memory = memory?;
        let kilobytes = match self {
            Self::MemoryTotal => memory.total,
            Self::MemoryUsed => memory.used,
            Self::MemoryFree => memory.free,
            Self::MemoryShared => memory.shared,
            Self::MemoryBuffCache => memory.buff_cache,
            Self::MemoryAvailable => memory.available,
            _ => return None,
        };
        Some(kilobytes * KILOBYTE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_found_by_its_name() {
        for figure in ResourceFigure::ALL {
            assert_eq!(ResourceFigure::of_name(figure.name()), Some(*figure));
        }
        assert_eq!(ResourceFigure::of_name("cpu"), None);
    }

    #[test]
    fn memory_is_bytes_and_what_is_not_known_is_nan() {
        let memory = Memory { used: 2.0, ..Memory::default() };
        let host = HostUse { memory: Some(memory), cpu: None, ..HostUse::default() };
        assert_eq!(ResourceFigure::MemoryUsed.of_use(&host), 2048.0);
        assert!(ResourceFigure::CpuUsr.of_use(&host).is_nan());
        assert!(ResourceFigure::RoundTripMean.of_use(&host).is_nan());
    }
}
