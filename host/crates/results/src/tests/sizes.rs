//! What a sample costs on disk.

use super::*;

#[test]
fn a_sample_takes_at_most_64_bytes_in_the_spool_and_20_as_parquet() {
    let scene = Scene::new();
    let mut run = scene.run();
    let trial = run.begin_trial(&plan(), &metrics()[..1], &reasons()).expect("a trial");
    let count = 200_000;
    offer(&mut trial.sink(), 0..count);
    let dir = run.dir().join("trials/0001");
    let header = trial.abandon();
    let size = |name: &str| std::fs::metadata(dir.join(name)).expect("there").len() as f64 / count as f64;
    let spool = size("spool-0001.arrows") + size("spool-0001.index");
    let batches = crate::spool::SpoolReader::open(&dir).expect("readable").expect("there");
    crate::parquet_file::write(&dir, &header, batches).expect("written");
    let parquet = size("samples.parquet");
    assert!(spool <= 64.0, "{spool} bytes a sample in the spool");
    assert!(parquet <= 20.0, "{parquet} bytes a sample as Parquet");
}
