//! The library's door.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::calls::Call;
use crate::faults::Fault;
use crate::options::Options;
use crate::request::Request;
use crate::world::{ForeignUpdate, World};
use crate::{control, server, service};

/// A running emulator. Dropping it stops it and closes its sockets.
///
/// What it does is done on a thread of its own, so that neither a busy test nor one with paused time gets in its way.
/// The methods that look at the state or change it behind the clients' backs never appear in the log of calls; where
/// they name a cluster they mean that of the emulator's own region.
///
/// ```
/// use eks_emulator::{Emulator, Fault, FaultKind, Options};
///
/// # async fn test() -> std::io::Result<()> {
/// let clusters = vec![("dev".to_owned(), "API_AND_CONFIG_MAP".to_owned())];
/// let emulator = Emulator::start(Options { clusters, ..Options::default() }).await?;
/// emulator.add_fault(Fault { times: 2, ..Fault::new("DescribeAccessEntry", FaultKind::Throttle) });
/// // Let a client talk to emulator.url(), then look at what it did:
/// assert_eq!(emulator.calls(), []);
/// assert_eq!(emulator.entries("dev").len(), 0);
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    address: SocketAddr,
    world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If the port is taken, or a cluster's authentication mode is none.
    pub async fn start(options: Options) -> io::Result<Emulator> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let world = match World::new(options, runtime.handle().clone()) {
            Ok(world) => Arc::new(world),
            Err(error) => {
                // A runtime must not be dropped in the caller's, because it would wait for its threads there.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&world);
        let thread = std::thread::Builder::new().name("eks-emulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve(socket, served) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Emulator { address, world, stop: Some(stop), thread: Some(thread) })
    }

    /// Where clients reach EKS and STS: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every EKS and STS call since the last clear, in the order of arrival.
    ///
    /// A call is here before its client has the reply.
    pub fn calls(&self) -> Vec<Call> {
        self.world.calls.finished()
    }

    /// Forgets the calls. One that is being served now does not appear later either.
    pub fn clear_calls(&self) {
        self.world.calls.clear();
    }

    /// How many connections clients have opened to [`Emulator::url`] since the start.
    pub fn connections(&self) -> usize {
        self.world.connections.load(Ordering::Relaxed)
    }

    /// How often clusters have been asked for their aws-auth since the start.
    pub fn aws_auth_looks(&self) -> usize {
        self.world.kubernetes.looks()
    }

    /// Orders a fault, behind those that are not used up.
    pub fn add_fault(&self, fault: Fault) {
        self.world.faults.add(fault);
    }

    /// Returns once every fault is used up: the last call that one spoils has come, and may be hanging.
    ///
    /// Faults that are cleared instead are waited for in vain.
    pub async fn faults_used_up(&self) {
        self.world.faults.used_up().await;
    }

    /// Forgets the faults that are not used up.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// Changes the settings that the JSON object names.
    ///
    /// # Errors
    ///
    /// A text that names the setting that does not exist, or the value that does not fit; nothing is changed then.
    pub fn settings(&self, patch: Value) -> Result<(), String> {
        self.world.patch_settings(patch)
    }

    /// Says which IAM principals exist, roots included; `None` for every well-formed one.
    pub fn set_principals(&self, arns: Option<Vec<String>>) {
        self.world.set_principals(arns);
    }

    /// Sets the data of the ConfigMap `kube-system/aws-auth`; `None` removes the ConfigMap.
    ///
    /// # Errors
    ///
    /// If there is no such cluster.
    pub fn set_aws_auth(&self, cluster: &str, data: Option<BTreeMap<String, String>>) -> Result<(), String> {
        self.world.set_aws_auth(self.region(), cluster, data)
    }

    /// Back to the state at the start, with an empty log, no faults and the settings' defaults.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Every entry as DescribeAccessEntry shows it, with its `associatedAccessPolicies`, sorted by principal.
    ///
    /// Empty if there is no such cluster.
    pub fn entries(&self, cluster: &str) -> Vec<Value> {
        self.world.entries(self.region(), cluster)
    }

    /// The cluster as DescribeCluster shows it.
    pub fn cluster(&self, name: &str) -> Option<Value> {
        self.world.cluster(self.region(), name)
    }

    /// Makes an entry, or replaces the one of the same principal, which keeps its ARN and its age.
    ///
    /// `entry` is the body of CreateAccessEntry and may have `accessPolicies`, a list of `policyArn` and `accessScope`.
    /// EKS's refusals do not apply: service-linked roles, node types with policies and reserved names all pass, as does
    /// a cluster in CONFIG_MAP mode.
    ///
    /// # Errors
    ///
    /// If there is no such cluster, or the JSON has not that shape.
    pub fn put_entry(&self, cluster: &str, entry: Value) -> Result<(), String> {
        self.world.put_entry(self.region(), cluster, entry)
    }

    /// Removes an entry with its policies; says whether it was there.
    pub fn remove_entry(&self, cluster: &str, principal_arn: &str) -> bool {
        self.world.remove_entry(self.region(), cluster, principal_arn)
    }

    /// Removes a policy from an entry; says whether it was there.
    pub fn remove_policy(&self, cluster: &str, principal_arn: &str, policy_arn: &str) -> bool {
        self.world.remove_policy(self.region(), cluster, principal_arn, policy_arn)
    }

    /// Changes the scope of a policy that an entry has; says whether it has it and `scope` is an `accessScope`.
    pub fn set_scope(&self, cluster: &str, principal_arn: &str, policy_arn: &str, scope: Value) -> bool {
        self.world.set_scope(self.region(), cluster, principal_arn, policy_arn, scope)
    }

    /// Puts an ACTIVE cluster without entries in the place of whatever had its name.
    ///
    /// # Panics
    ///
    /// If `mode` is none: a mistake in the test itself.
    pub fn put_cluster(&self, name: &str, mode: &str) {
        self.put_cluster_in(self.region(), name, mode);
    }

    /// [`Emulator::put_cluster`] in another region.
    ///
    /// # Panics
    ///
    /// If `mode` is none.
    pub fn put_cluster_in(&self, region: &str, name: &str, mode: &str) {
        if let Err(text) = self.world.put_cluster(region, name, mode) {
            panic!("{text}");
        }
    }

    /// Changes a cluster's mode at once, in any direction, and makes none of the entries that an update makes.
    ///
    /// # Panics
    ///
    /// If there is no such cluster or no such mode.
    pub fn set_cluster_mode(&self, name: &str, mode: &str) {
        if let Err(text) = self.world.set_cluster_mode(self.region(), name, mode) {
            panic!("{text}");
        }
    }

    /// Starts an update as if somebody else had, such as a `VersionUpdate`, and returns its id.
    ///
    /// # Errors
    ///
    /// If there is no such cluster.
    pub fn start_update(&self, cluster: &str, kind: &str, duration_ms: u64) -> Result<String, String> {
        let update = ForeignUpdate { kind: kind.to_owned(), duration_ms, authentication_mode: None };
        self.world.start_update(self.region(), cluster, &update)
    }

    /// Starts an `AccessConfigUpdate` to `mode` as if somebody else had, and returns its id.
    ///
    /// # Errors
    ///
    /// If there is no such cluster or no such mode.
    pub fn start_mode_update(&self, cluster: &str, mode: &str, duration_ms: u64) -> Result<String, String> {
        let kind = "AccessConfigUpdate".to_owned();
        let update = ForeignUpdate { kind, duration_ms, authentication_mode: Some(mode.to_owned()) };
        self.world.start_update(self.region(), cluster, &update)
    }

    /// Brings the updates of a cluster that are in progress to their end now.
    ///
    /// # Errors
    ///
    /// If there is no such cluster.
    pub fn finish_updates(&self, cluster: &str) -> Result<(), String> {
        self.world.finish_updates(self.region(), cluster)
    }

    fn region(&self) -> &str {
        &self.world.options.region
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Neither fails but for a thread that has ended by itself, which is stopped as well.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(socket: TcpListener, world: Arc<World>) {
    let opened = {
        let world = Arc::clone(&world);
        move || {
            world.connections.fetch_add(1, Ordering::Relaxed);
        }
    };
    let answer = move |request: Request| {
        let world = Arc::clone(&world);
        async move {
            match request.segments.first() {
                Some(first) if first == control::PREFIX => Ok(control::answer(&world, &request)),
                _ => service::serve(&world, &request).await,
            }
        }
    };
    server::accept(socket, opened, answer).await;
}
