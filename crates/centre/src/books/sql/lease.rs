//! Tasks that one instance may be at: whoever has the lease, until it runs out.

use crate::books::BooksFault;
use sqlx::AnyConnection;

/// Who is at a task.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The task.
    pub task: &'static str,
    /// The instance.
    pub holder: String,
    /// For how long, unless it says so again.
    pub for_ms: i64,
}

/// Takes a lease, or takes it again. Whether this instance has it now.
pub async fn take_lease(
    connection: &mut AnyConnection,
    lease: &Lease,
    now_ms: i64,
) -> Result<bool, BooksFault> {
    let take = "INSERT INTO lease (task, holder, until_ms) VALUES ($1, $2, $3) ON CONFLICT (task) DO UPDATE \
                SET holder = excluded.holder, until_ms = excluded.until_ms \
                WHERE lease.holder = excluded.holder OR lease.until_ms < $4";
    let take =
        sqlx::query(take).bind(lease.task).bind(&lease.holder).bind(now_ms.saturating_add(lease.for_ms));
    Ok(take.bind(now_ms).execute(connection).await?.rows_affected() == 1)
}
