use super::*;

fn locked(reference: &str, bytes: &[u8]) -> Locked {
    Locked {
        reference: reference.parse().unwrap(),
        manifest: Digest::of(b"m"),
        component: Digest::of(bytes),
        size: bytes.len() as u64,
    }
}

#[test]
fn what_is_accepted_is_found_again_and_a_later_acceptance_replaces_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cluster-tester.lock");
    assert_eq!(Lock::read(&path).unwrap(), Lock::default());
    let (b, a) = (locked("r.example/b:1", b"b"), locked("r.example/a:1", b"a"));
    Lock::accept(&path, &b).unwrap();
    Lock::accept(&path, &a).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.find("r.example/a:1") < text.find("r.example/b:1"), "{text}");
    assert_eq!(Lock::read(&path).unwrap().find(&b.reference), Some(&b));
    let newer = locked("r.example/b:1", b"newer");
    Lock::accept(&path, &newer).unwrap();
    let lock = Lock::read(&path).unwrap();
    assert_eq!((lock.find(&a.reference), lock.find(&b.reference)), (Some(&a), Some(&newer)));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn commands_that_accept_at_a_time_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cluster-tester.lock");
    std::thread::scope(|scope| {
        for n in 0..16 {
            let path = &path;
            scope.spawn(move || Lock::accept(path, &locked(&format!("r.example/x:{n}"), b"x")).unwrap());
        }
    });
    assert_eq!(Lock::read(&path).unwrap().entries.len(), 16);
}

#[test]
fn a_file_that_is_not_in_its_form_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cluster-tester.lock");
    let refused = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Lock::read(&path).unwrap_err().to_string()
    };
    let digest = Digest::of(b"");
    let entry = |reference: &str, manifest: &str| {
        format!(
            "[[plugin]]\nreference = \"{reference}\"\nmanifest = \"{manifest}\"\ncomponent = \"{digest}\"\nsize = 1\n"
        )
    };
    let good = entry("r.example/x:1", &digest.to_string());
    assert!(refused("version = 1\n\nx = 2\n").contains("line 3: unknown field `x`"));
    assert!(refused("version = 2\n").contains("it has version 2; this command knows 1"));
    assert!(refused(&format!("version = 1\n{}", entry("x:1", &digest.to_string()))).contains("is no reference"));
    assert!(refused(&format!("version = 1\n{}", entry("r.example/x:1", "sha256:1"))).contains("a digest is"));
    assert!(refused(&format!("version = 1\n{good}{good}")).contains("is in it twice"));
    let other = entry(&format!("r.example/x@{}", Digest::of(b"o")), &digest.to_string());
    assert!(refused(&format!("version = 1\n{other}")).contains("has another manifest"));
}
