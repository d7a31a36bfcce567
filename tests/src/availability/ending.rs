//! After the last kill: what the cluster holds, before any device says another word, and whether all books and head
//! office are one in the end.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::{Duration, Instant};

use clientele_cluster::{Error, Result};
use clientele_model::DeviceId;
use tokio_postgres::{Client, NoTls};

use super::Devices;
use super::device::{Device, told};
use crate::simulator::rows;

/// How long the plain tables may take to follow the log.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often everybody visits at most until all agree.
const ROUNDS: usize = 4;

/// What was seen.
#[derive(Clone, Debug)]
pub struct Ending {
    /// How many devices.
    pub devices: usize,
    /// Changes that were acknowledged to them.
    pub acknowledged: u64,
    /// Of these, those that the cluster lost: the devices had to give them again, or they are not there.
    pub lost: usize,
    /// Records of each book, all books being equal.
    pub records: usize,
    /// What `clientele-server check` said.
    pub check: String,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "clientele-server check: {}", self.check)?;
        writeln!(
            f,
            "{} books of {} records are equal, whole, and agree with head office",
            self.devices, self.records
        )?;
        write!(
            f,
            "{} changes acknowledged to {} devices, {} of them lost by the cluster",
            self.acknowledged, self.devices, self.lost
        )
    }
}

/// Looks. Numbers that are there, as often as they are there, without those that were lost and given again.
pub(super) async fn look(load: &Devices) -> Result<(Vec<u64>, Ending)> {
    let client = connect(&load.superuser).await?;
    let mut missing = 0;
    let held = heads(&client).await?;
    for (device, acknowledged) in load.promises.marks() {
        let held = held.get(&device).copied().unwrap_or(0);
        missing += acknowledged.saturating_sub(held);
    }
    tables_follow(&client).await?;
    let given_again = load.promises.lost_numbers();
    let mut found = numbers(&client).await?;
    found.retain(|number| !given_again.contains(number));

    everybody_agrees(&load.devices).await?;
    tables_follow(&client).await?;
    let there: BTreeSet<u64> = numbers(&client).await?.into_iter().collect();
    let said = load.promises.numbers();
    if there != said {
        let odd: Vec<_> = there.symmetric_difference(&said).take(20).collect();
        return Err(Error::other(format!(
            "head office does not hold what the devices wrote: {odd:?}"
        )));
    }
    let records = books_are_equal(&load.devices)?;
    let Some(server) = load.servers.first() else {
        return Err(Error::other("there is no server"));
    };
    let ending = Ending {
        devices: load.devices.len(),
        acknowledged: load.promises.acknowledged(),
        lost: load.promises.lost() + usize::try_from(missing).unwrap_or(usize::MAX),
        records,
        check: server.run(&["check"])?.trim().to_owned(),
    };
    for server in &load.servers {
        server.still_runs()?;
    }
    Ok((found, ending))
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// How far the log has each device's stream.
async fn heads(client: &Client) -> Result<HashMap<DeviceId, u64>> {
    let rows = client
        .query(
            "select uuid_send(device), max(last_seq) from clientele.log group by device",
            &[],
        )
        .await?;
    let head = |row: &tokio_postgres::Row| {
        let device = DeviceId::from_slice(row.try_get(0)?);
        let seq = u64::try_from(row.try_get::<_, i64>(1)?).ok();
        device
            .zip(seq)
            .ok_or_else(|| Error::other("the log names a device that is none"))
    };
    rows.iter().map(head).collect()
}

/// Waits until the plain tables are where the log is.
async fn tables_follow(client: &Client) -> Result<()> {
    let began = Instant::now();
    loop {
        let row = client
            .query_opt(
                "select h.n, p.n from clientele.heads h join clientele.projection p using (company)",
                &[],
            )
            .await?;
        let (head, followed): (i64, i64) = match row {
            Some(row) => (row.try_get(0)?, row.try_get(1)?),
            None => (1, 0),
        };
        if head == followed {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::other(format!(
                "the plain tables are at entry {followed}, the log at {head}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The clients whose names are numbers, as head office's own SQL sees them.
async fn numbers(client: &Client) -> Result<Vec<u64>> {
    let rows = client
        .query(
            "select family_name from clientele.row_clients where family_name <> ''",
            &[],
        )
        .await?;
    let number = |row: &tokio_postgres::Row| {
        let name: &str = row.try_get(0)?;
        name.parse()
            .map_err(|_| Error::other(format!("head office has a client {name:?}")))
    };
    rows.iter().map(number).collect()
}

async fn everybody_agrees(devices: &[std::sync::Arc<Device>]) -> Result<()> {
    for _ in 0..ROUNDS {
        let mut agree = 0;
        for device in devices {
            agree += usize::from(device.visit().await?);
        }
        // The first to visit in a round has not seen what the last one brought, unless nobody brought anything.
        let mut cursors = BTreeSet::new();
        for device in devices {
            let cursor = device.book.read(clientele_core::head_office::cursor);
            cursors.insert(cursor.map_err(told(&device.name))?.n);
        }
        if agree == devices.len() && cursors.len() == 1 {
            return Ok(());
        }
    }
    Err(Error::other(format!(
        "after {ROUNDS} rounds of visits the devices and head office do not agree"
    )))
}

/// All books hold the same; how many records.
fn books_are_equal(devices: &[std::sync::Arc<Device>]) -> Result<usize> {
    let mut first = None;
    for device in devices {
        let check = device.book.check().map_err(told(&device.name))?;
        if !check.ok {
            return Err(Error::other(format!(
                "{} is not whole: {:?}",
                device.name, check.problems
            )));
        }
        let rows = rows(&device.book);
        match &first {
            None => first = Some(rows),
            Some(first) if *first == rows => {}
            Some(first) => {
                let odd = first.iter().find(|(row, values)| rows.get(*row) != Some(values));
                let odd = odd.or_else(|| rows.iter().find(|(row, _)| !first.contains_key(*row)));
                return Err(Error::other(format!(
                    "{} and {} differ: {odd:?}",
                    device.name, devices[0].name
                )));
            }
        }
    }
    Ok(first.map_or(0, |rows| rows.len()))
}
