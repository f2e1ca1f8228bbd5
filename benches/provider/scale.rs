//! Plans and applies of as many entries as a cluster can have.

use std::collections::BTreeMap;
use std::time::Duration;

use eks_emulator::Call;
use serde_json::json;

use crate::Result;
use crate::report::{Report, megabytes};
use crate::stage::{Column, Measured, Programs, Stage};
use crate::times::Times;

/// The policies that each entry has.
pub(crate) const POLICIES: [&str; 2] = ["AmazonEKSViewPolicy", "AmazonEKSEditPolicy"];

/// How long EKS takes for an answer, if it takes any time at all.
pub(crate) const LATENCY: Duration = Duration::from_millis(30);

/// How many operations Terraform has under way at once if nobody says otherwise.
const PARALLELISM: u32 = 10;

/// How many calls a plan may make for each entry: a describe, and a list for its principal.
const CALLS_PER_ENTRY: usize = 2;

/// The numbers of entries to go through.
pub(crate) struct Sizes(Vec<usize>);

impl Sizes {
    /// The last is the most that a cluster can have.
    const ALL: [usize; 3] = [100, 1_000, 3_000];

    /// From numbers with spaces in between; all sizes if there are none.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut sizes = text.split_whitespace().map(str::parse).collect::<std::result::Result<Vec<usize>, _>>()?;
        sizes.sort_unstable();
        Ok(Self(if sizes.is_empty() { Self::ALL.into() } else { sizes }))
    }

    pub(crate) fn are_all(&self) -> bool {
        self.0 == Self::ALL
    }

    /// The size for what takes its time: 1,000, or the largest below.
    pub(crate) fn thousand(&self) -> usize {
        self.0.iter().rev().copied().find(|size| *size <= 1_000).unwrap_or(self.0[0])
    }
}

/// What a provider has cost at one size.
struct Cost {
    size: usize,
    column: String,
    runs: usize,
    plan: Measured,
    with_latency: Measured,
    floor: Measured,
    /// The most of all runs, in bytes.
    memory: u64,
}

pub(crate) async fn measure(programs: &Programs, columns: &[Column], sizes: &Sizes, report: &mut Report) -> Result<()> {
    let mut quickstart = Vec::new();
    for column in columns {
        quickstart.push(match Stage::quickstart(programs, column)? {
            Some(stage) => megabytes(stage.apply().await?.usage.memory),
            None => "–".to_owned(),
        });
    }
    report.row("provider's peak memory in the apply of `examples/quickstart`", "–", quickstart);
    let small = one(programs, columns, report).await?;
    let mut costs = Vec::new();
    for size in &sizes.0 {
        for cost in at(programs, columns, *size).await? {
            report.size(cost.cells());
            costs.push(cost);
        }
    }
    let of = |size: usize| costs.iter().filter(move |cost| cost.size == size).collect::<Vec<_>>();
    let (least, most) = (of(sizes.0[0]), of(sizes.0[sizes.0.len() - 1]));
    let large = most[0].size;
    let each = |show: &dyn Fn(&Cost) -> String| most.iter().map(|cost| show(cost)).collect::<Vec<_>>();

    let what = format!("{large} entries + {} associations", large * POLICIES.len());
    report.row(
        format!("provider's peak memory, {what}, refresh and plan"),
        "≤ 30 MB",
        each(&|cost| megabytes(cost.memory)),
    );
    report.row(
        "provider's CPU time per resource in that plan",
        "≤ 0.4 ms",
        each(&|cost| milliseconds(cost.plan.usage.cpu.div_f64(cost.resources()))),
    );
    report.row(
        "provider's CPU time in that plan, over Terraform's own in the floor",
        "–",
        each(&|cost| {
            let (provider, own) = (cost.plan.usage.cpu, cost.floor.children);
            format!("{:.3}: {} over {}", provider.div_duration_f64(own), seconds(provider), seconds(own))
        }),
    );
    report.row(
        "calls of that refresh",
        "a describe per entry, a list per principal",
        each(&|cost| count(&cost.plan.calls)),
    );
    report.row(
        "the same with 30 ms latency, over the floor",
        "≤ 1.15",
        each(&|cost| format!("{:.2}", cost.over_floor())),
    );
    let mut applied = Vec::new();
    for column in columns {
        applied.push(count(&Stage::new(programs, column, sizes.thousand(), &POLICIES)?.apply().await?.calls));
    }
    report.row(
        format!("calls of the apply of {} entries with two policies each", sizes.thousand()),
        "a create per entry, an associate per policy",
        applied,
    );
    // What a plan of one entry takes as well is not the entries'.
    let flat = least.iter().zip(&most).zip(&small).map(|((least, most), small)| {
        let marginal = |cost: &Cost| cost.plan.usage.cpu.saturating_sub(*small).div_f64(cost.resources());
        format!("{:.2}", marginal(most).div_duration_f64(marginal(least)))
    });
    report.row(
        format!("CPU time per resource with {large} entries, over that with {}", least[0].size),
        "≤ 1.2",
        flat.collect(),
    );
    Ok(())
}

/// Plans one entry, and returns what the provider's processes take for it.
async fn one(programs: &Programs, columns: &[Column], report: &mut Report) -> Result<Vec<Duration>> {
    let floor = Stage::new(programs, &Column::floor(), 1, &[])?;
    floor.apply().await?;
    let stages = columns.iter().map(|column| Stage::new(programs, column, 1, &[])).collect::<Result<Vec<_>>>()?;
    for stage in &stages {
        stage.apply().await?;
    }
    let (mut below, mut taken, mut cpu) = (Vec::new(), vec![Vec::new(); stages.len()], vec![Vec::new(); stages.len()]);
    // In turns, so that all see the same machine.
    for _ in 0..20 {
        below.push(floor.plan().await?.took);
        for (index, stage) in stages.iter().enumerate() {
            let plan = stage.plan().await?;
            taken[index].push(plan.took);
            cpu[index].push(plan.usage.cpu);
        }
    }
    let below = Times::new(below);
    let over = taken.into_iter().map(|times| {
        let times = Times::new(times);
        format!("{:.2}: {times} over {below}", times.median().div_duration_f64(below.median()))
    });
    report.row("plan of one entry, over that of one `terraform_data`", "≤ 2.5", over.collect());
    Ok(cpu.into_iter().map(|times| Times::new(times).median()).collect())
}

/// Goes through one size with every provider.
async fn at(programs: &Programs, columns: &[Column], size: usize) -> Result<Vec<Cost>> {
    let floor = Stage::settled(programs, &Column::floor(), size, &POLICIES).await?;
    let mut stages = Vec::new();
    for column in columns {
        let stage = Stage::settled(programs, column, size, &POLICIES).await?;
        stages.push((stage, Vec::new(), Vec::new()));
    }
    let (mut below, runs) = (Vec::new(), if size > 1_000 { 1 } else { 3 });
    for _ in 0..runs {
        below.push(floor.plan().await?);
        for (stage, plans, with_latency) in &mut stages {
            plans.push(stage.plan().await?);
            stage.set(json!({ "latency_ms": LATENCY.as_millis() as u64 })).await?;
            with_latency.push(stage.plan().await?);
            stage.set(json!({ "latency_ms": 0 })).await?;
        }
    }
    let floor = median(below)?;
    let cost = |(column, (_, plans, with_latency)): (&Column, (Stage, Vec<Measured>, Vec<Measured>))| {
        let memory = plans.iter().chain(&with_latency).map(|run| run.usage.memory).max().unwrap_or(0);
        let (plan, with_latency) = (median(plans)?, median(with_latency)?);
        Ok(Cost { size, column: column.name(), runs, plan, with_latency, floor: floor.clone(), memory })
    };
    columns.iter().zip(stages).map(cost).collect()
}

/// The run that took neither longest nor shortest.
fn median(mut runs: Vec<Measured>) -> Result<Measured> {
    runs.sort_by_key(|run| run.took);
    let middle = runs.len() / 2;
    Ok(runs.into_iter().nth(middle).ok_or("nothing was measured")?)
}

impl Cost {
    fn resources(&self) -> f64 {
        (self.size * (1 + POLICIES.len())) as f64
    }

    /// The floor is of the calls that there have to be: whoever makes more of them pays for it.
    fn over_floor(&self) -> f64 {
        let waiting = LATENCY * u32::try_from(CALLS_PER_ENTRY * self.size).unwrap_or(u32::MAX) / PARALLELISM;
        self.with_latency.took.div_duration_f64(self.floor.took + waiting)
    }

    fn cells(&self) -> [String; 9] {
        [
            self.size.to_string(),
            self.column.clone(),
            self.plan.calls.len().to_string(),
            megabytes(self.memory),
            milliseconds(self.plan.usage.cpu.div_f64(self.resources())),
            seconds(self.plan.took),
            seconds(self.floor.took),
            format!("{:.2}: {}", self.over_floor(), seconds(self.with_latency.took)),
            self.runs.to_string(),
        ]
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

/// How many calls there were of each kind.
fn count(calls: &[Call]) -> String {
    let mut by_operation = BTreeMap::<&str, usize>::new();
    for call in calls {
        *by_operation.entry(&call.operation).or_default() += 1;
    }
    by_operation.iter().map(|(operation, count)| format!("{count} {operation}")).collect::<Vec<_>>().join(", ")
}
