//! Somebody else's MariaDB (MySQL's protocol): asked with one value, never written, and what it says is told.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use stasisd::storage::{Foreign, ForeignError};

use crate::{
    base::facts,
    support::{eventually, temp::TempDir},
};

/// A server of the test's own, reached by a socket in its folder alone.
struct MariaDb {
    folder: TempDir,
    server: Child,
}

impl MariaDb {
    /// With a table of customers.
    fn start() -> Self {
        let folder = TempDir::new("mariadb");
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let start = folder.path().join("start.sql");
        fs::write(&start, TABLES).unwrap();
        let server = Command::new("/usr/sbin/mariadbd")
            // Without tables of its own: nobody needs a right, and it is up at once.
            .args(["--no-defaults", "--skip-networking", "--skip-grant-tables"])
            .args(["--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"])
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", socket(folder.path())))
            .arg(format!("--init-file={}", start.display()))
            .args(as_root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .expect("MariaDB is missing: apt-get install mariadb-server-core");
        let log = folder.path().join("log");
        eventually(Duration::from_secs(60), || {
            let said = fs::read_to_string(&log).unwrap_or_default();
            if said.contains("ready for connections") { Ok(()) } else { Err(said) }
        });
        Self { folder, server }
    }

    fn foreign(&self) -> Foreign {
        let url = format!("mysql://root@localhost/shop?socket={}", socket(self.folder.path()));
        Foreign::new(&url, Duration::from_secs(5)).expect("a url")
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn socket(folder: &Path) -> String {
    folder.join("socket").display().to_string()
}

/// It refuses root unless it is told so.
fn as_root() -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let user = fs::metadata("/proc/self").map(|entry| entry.uid()).expect("/proc");
    (user == 0).then_some("--user=root")
}

/// One statement a line: that is how the server reads them.
const TABLES: &str = "SET NAMES utf8mb4;
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE TABLE shop.customers (id INT UNSIGNED, name VARCHAR(80), phone VARCHAR(20), balance DECIMAL(9,2), rank DOUBLE, is_good BOOLEAN, gone TEXT, born DATE, more JSON);
INSERT INTO shop.customers VALUES (1, 'Núria \"x\" O''Hara 🎧', '+34600000001', 1.50, 0.25, TRUE, NULL, '1980-02-29', '{\"a\": 1}');
CREATE TABLE shop.raw (text VARCHAR(9) COLLATE utf8mb4_bin, bytes BLOB);
INSERT INTO shop.raw VALUES ('é', 0xff00);
CREATE TABLE shop.large (text LONGTEXT);
INSERT INTO shop.large VALUES (REPEAT('0123456789', 60000));
";

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_is_asked_and_never_written() {
    let server = tokio::task::block_in_place(MariaDb::start);
    let other = server.foreign();
    let columns = "id, name, phone, balance, rank, is_good, gone, CAST(born AS CHAR) AS born, more";
    let sql = format!("SELECT {columns} FROM customers WHERE phone = ?;");
    let rows = other.rows(&sql, "+34600000001", 10).await.expect("rows");
    let row = json!({
        "id": 1, "name": "Núria \"x\" O'Hara 🎧", "phone": "+34600000001", "balance": "1.50", "rank": 0.25,
        "is_good": 1, "gone": null, "born": "1980-02-29", "more": "{\"a\": 1}",
    });
    assert_eq!(rows, [facts(row)]);
    assert_eq!(other.rows(&sql, "' OR 1=1 -- ", 10).await, Ok(Vec::new()));

    for sql in ["INSERT INTO customers (name) VALUES (?)", "DELETE FROM customers WHERE name <> ?"] {
        let refused = other.rows(sql, "Eve", 10).await;
        assert!(
            matches!(&refused, Err(ForeignError::Refused(why)) if why.contains("READ ONLY")),
            "{refused:?}"
        );
    }
    let kept =
        other.rows("SELECT COUNT(*) AS n FROM customers WHERE name <> ?", "x", 10).await.expect("rows");
    assert_eq!(kept, [facts(json!({ "n": 1 }))]);

    let date = other.rows("SELECT born FROM customers WHERE phone = ?", "+34600000001", 1).await;
    let told = date.expect_err("a date is not read").to_string();
    assert!(told.contains("\"born\" is a DATE") && told.contains("CAST(born AS CHAR)"), "{told}");
    let text = other.rows("SELECT text FROM raw WHERE text = ?", "é", 1).await;
    assert_eq!(text, Ok(vec![facts(json!({ "text": "é" }))]));
    let bytes = other.rows("SELECT bytes FROM raw WHERE text = ?", "é", 1).await;
    assert_eq!(bytes, Err(ForeignError::Column("bytes".to_owned(), "BLOB".to_owned())));
    let wrong = other.rows("SELECT nothing FROM customers WHERE phone = ?", "x", 1).await;
    assert!(wrong.expect_err("no column").to_string().contains("nothing"));
    let large = other.rows("SELECT text FROM large WHERE text <> ?", "x", 1).await;
    assert_eq!(large, Err(ForeignError::TooLarge));
}
