//! The plainest load: each number is a row, each row a transaction.

use tokio_postgres::{Client, NoTls};

use crate::error::{Error, Result};
use crate::patroni::{Patroni, Role};

use super::{Load, Writer};

/// Rows in a table of the owner's, written as the service.
pub struct Rows {
    url: String,
}

impl Rows {
    /// Makes the table.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub async fn create(cluster: &Patroni) -> Result<Self> {
        let owner = connect(&cluster.url(Role::Owner)).await?;
        // No unique index: it would hide a row that is there twice.
        owner
            .batch_execute("create table acknowledged (n bigint not null)")
            .await?;
        Ok(Self {
            url: cluster.url(Role::Service),
        })
    }
}

impl Load for Rows {
    type Writer = RowWriter;

    async fn writer(&self, _: usize) -> Result<RowWriter> {
        Ok(RowWriter {
            url: self.url.clone(),
            client: None,
        })
    }

    async fn read_all(&self) -> Result<Vec<u64>> {
        let client = connect(&self.url).await?;
        let rows = client.query("select n from acknowledged", &[]).await?;
        rows.iter()
            .map(|row| {
                let number: i64 = row.try_get(0)?;
                u64::try_from(number).map_err(|_| Error::other(format!("{number} is in the table")))
            })
            .collect()
    }
}

/// One connection, made anew after every failure.
pub struct RowWriter {
    url: String,
    client: Option<Client>,
}

impl Writer for RowWriter {
    async fn write(&mut self, number: u64) -> Result<()> {
        let number = i64::try_from(number).map_err(|_| Error::other("there are no more numbers"))?;
        // Taken out, so that a write that fails or is given up leaves no connection in the middle of something.
        let client = match self.client.take() {
            Some(client) => client,
            None => connect(&self.url).await?,
        };
        client
            .execute("insert into acknowledged (n) values ($1)", &[&number])
            .await?;
        self.client = Some(client);
        Ok(())
    }
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // It ends with the client; what breaks it comes out of the client's own calls.
    tokio::spawn(connection);
    Ok(client)
}
