//! Plans while AWS takes no more than so many calls a second.

use eks_emulator::Call;
use serde_json::json;

use crate::Result;
use crate::report::Report;
use crate::scale::{LATENCY, POLICIES, Sizes};
use crate::stage::{Column, Programs, Stage};

const RATE: f64 = 20.0;
const BURST: f64 = 40.0;

pub(crate) async fn measure(programs: &Programs, columns: &[Column], sizes: &Sizes, report: &mut Report) -> Result<()> {
    let (mut over, mut throttled) = (Vec::new(), Vec::new());
    for column in columns {
        let stage = Stage::settled(programs, column, sizes.thousand(), &POLICIES).await?;
        let latency = u64::try_from(LATENCY.as_millis())?;
        stage.set(json!({ "rate_per_second": RATE, "burst": BURST, "latency_ms": latency })).await?;
        let plan = stage.plan().await?;
        let refused = plan.calls.iter().filter(|call| is_throttled(call)).count();
        let answered = plan.calls.len() - refused;
        let least = answered as f64 / RATE;
        over.push(format!(
            "{:.2}: {:.1} s for {answered} calls",
            plan.took.as_secs_f64() / least,
            plan.took.as_secs_f64()
        ));
        throttled.push(format!("{:.1} %: {refused} calls", 100.0 * refused as f64 / plan.calls.len() as f64));
    }
    let what = format!("plan of {} entries with two associations each", sizes.thousand());
    let limit = format!("with 30 ms latency and {RATE} calls a second, burst {BURST}");
    report.row(format!("{what} {limit}, over calls ÷ rate"), "≤ 1.10", over);
    report.row("calls throttled in that plan, in which nothing fails", "≤ 2 %", throttled);
    Ok(())
}

fn is_throttled(call: &Call) -> bool {
    call.status == 429
}
