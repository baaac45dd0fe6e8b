//! Damage to a spool, and disks that do not keep up.

use std::fs;
use std::io::{self, Write};
use std::sync::mpsc;

use proptest::prelude::*;

use super::*;
use crate::rows::SampleRows;
use crate::tests::{header, sample};

/// A spool of `pieces` pieces of `rows` samples, and the sizes of its two files.
fn spool(dir: &Path, pieces: u64, rows: u64) -> [(PathBuf, Vec<u8>); 2] {
    let path = dir.join("spool-0001.data");
    let output = |path: &Path| -> Output { Box::new(File::create(path).expect("a file")) };
    let head = header().metadata();
    let mut segment = SegmentWriter::begin(output(&path), output(&reader::index_of(&path)), &head).expect("begun");
    let mut table = Table::new(header().schema());
    for piece in 0..pieces {
        let samples: Vec<Sample> = (piece * rows..(piece + 1) * rows).map(sample).collect();
        table.extend(&samples);
        segment.write(&table).expect("written");
        table.clear();
    }
    [path.clone(), reader::index_of(&path)].map(|path| (path.clone(), fs::read(&path).expect("bytes")))
}

/// Iterations that can be read back.
fn read_back(dir: &Path) -> Vec<u64> {
    let mut iterations = Vec::new();
    for batch in SpoolReader::open(dir).expect("no error").into_iter().flatten() {
        let batch = batch.expect("what is vouched for is whole");
        let rows = SampleRows::of(&batch).expect("columns");
        for row in 0..rows.len() {
            let read = rows.sample(row).expect("a sample");
            assert_eq!(read, sample(read.iteration));
            iterations.push(read.iteration);
        }
    }
    iterations
}

#[derive(Debug, Clone)]
enum Damage {
    Cut,
    Zeros,
    Noise,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_happens_to_the_tail_what_is_read_is_true(
        places in prop::array::uniform2(0.0f64..1.0),
        damage in prop::array::uniform2(prop::option::weighted(0.7, prop_oneof![Just(Damage::Cut), Just(Damage::Zeros), Just(Damage::Noise)])),
    ) {
        let dir = tempfile::tempdir().expect("temporary directory");
        let files = spool(dir.path(), 8, 25);
        for ((path, bytes), (place, damage)) in files.iter().zip(places.into_iter().zip(damage)) {
            let mut bytes = bytes.clone();
            let at = (bytes.len() as f64 * place) as usize;
            match damage {
                None => {}
                Some(Damage::Cut) => bytes.truncate(at),
                Some(Damage::Zeros) => bytes[at..].fill(0),
                Some(Damage::Noise) => bytes[at..].iter_mut().enumerate().for_each(|(i, byte)| *byte ^= (i * 37 + 1) as u8),
            }
            fs::write(path, bytes).expect("written");
        }
        let read = read_back(dir.path());
        prop_assert_eq!(&read, &(0..read.len() as u64).collect::<Vec<_>>());
        prop_assert_eq!(read.len() % 25, 0);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_rows_or_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), rows in 0..300u32) {
        let mut table = Table::new(header().schema());
        let bytes = [rows.to_le_bytes().to_vec(), bytes].concat();
        if piece::decode(&bytes, &mut table).is_ok() {
            prop_assert_eq!(table.rows(), rows as usize);
        }
    }

    #[test]
    fn a_piece_cut_short_is_an_error(cut in 0.0f64..1.0) {
        let (mut table, mut bytes) = (Table::new(header().schema()), Vec::new());
        table.extend(&(0..200).map(sample).collect::<Vec<_>>());
        piece::encode(&table, &mut bytes, &mut Vec::new());
        let at = (bytes.len() as f64 * cut) as usize;
        prop_assert!(piece::decode(&bytes[..at], &mut Table::new(header().schema())).is_err());
        let mut back = Table::new(header().schema());
        piece::decode(&bytes, &mut back).expect("whole");
        prop_assert_eq!(back.columns(), table.columns());
    }
}

#[test]
fn every_batch_before_the_damage_is_read() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let [(data, bytes), (index, records)] = spool(dir.path(), 8, 25);
    assert_eq!(read_back(dir.path()).len(), 200);
    // One byte short: the last batch is lost, no other.
    fs::write(&data, &bytes[..bytes.len() - 1]).expect("written");
    assert_eq!(read_back(dir.path()).len(), 175);
    fs::write(&data, &bytes).expect("written");
    fs::write(&index, &records[..records.len() - 1]).expect("written");
    assert_eq!(read_back(dir.path()).len(), 175);
    // The tail of the data beyond the index, as a kill between the two leaves it, is not looked at.
    fs::remove_file(&index).expect("removed");
    assert!(read_back(dir.path()).is_empty());
}

#[test]
fn segments_of_several_starts_are_read_in_order() {
    let dir = tempfile::tempdir().expect("temporary directory");
    for part in 0..3 {
        let spool = SpoolWriter::begin(dir.path(), &header()).expect("begun");
        assert_eq!(spool.sink().offer((part * 10..(part + 1) * 10).map(sample).collect()), 0);
        assert_eq!(spool.end().rows, 10);
    }
    assert_eq!(read_back(dir.path()), (0..30).collect::<Vec<_>>());
}

/// Fails once so many bytes were written.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_loses_samples_counts_them_and_says_why() {
    let data = Box::new(Full { room: 100_000 });
    let spool = SpoolWriter::begin_at(data, Box::new(io::sink()), &header()).expect("begun");
    let mut sink = spool.sink();
    for part in 0..100 {
        // Whether taken or refused, every one is counted.
        sink.offer((part * 1000..(part + 1) * 1000).map(sample).collect());
    }
    let spooled = spool.end();
    assert_eq!(spooled.rows + spooled.lost, 100_000);
    assert!(spooled.lost > 50_000, "{spooled:?}");
    assert!(spooled.error.as_deref().is_some_and(|error| error.contains("no storage space")), "{spooled:?}");
    assert_eq!(sink.offer(vec![sample(0)]), 1);
}

#[test]
fn a_disk_full_from_the_start_is_an_error_at_once() {
    let begun = SpoolWriter::begin_at(Box::new(Full { room: 10 }), Box::new(io::sink()), &header());
    assert_eq!(begun.err().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
}

/// Stands still until told to go on.
struct Stalled {
    go: Receiver<()>,
}

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.go.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_disk_that_stands_still_costs_samples_and_never_a_wait() {
    let (go, stalled) = mpsc::channel();
    go.send(()).expect("the head may pass");
    let data = Box::new(Stalled { go: stalled });
    let spool = SpoolWriter::begin_at(data, Box::new(io::sink()), &header()).expect("begun");
    let mut sink = spool.sink();
    let mut refused = 0;
    let samples: Vec<Sample> = (0..1000).map(sample).collect();
    // Far more than may wait: these calls come back, or the test hangs.
    for _ in 0..400 {
        refused += sink.offer(samples.clone()) as u64;
    }
    assert!(refused >= 400_000 - WAITING_ROWS as u64 - 2 * PIECE_ROWS as u64, "{refused}");
    drop(go);
    let spooled = spool.end();
    assert_eq!((spooled.lost, spooled.rows), (refused, 400_000 - refused));
}

#[test]
fn what_is_offered_is_on_disk_within_half_a_second_without_more_offers() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let spool = SpoolWriter::begin(dir.path(), &header()).expect("begun");
    assert_eq!(spool.sink().offer(vec![sample(0)]), 0);
    let offered = Instant::now();
    while read_back(dir.path()).is_empty() {
        assert!(offered.elapsed() < Duration::from_millis(500), "not there yet");
        thread::sleep(Duration::from_millis(10));
    }
    spool.end();
}
