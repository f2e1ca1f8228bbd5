//! The connection to AWS, made from the settings on first use.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, FrameworkMetadata, Region, SdkConfig};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

use super::arn::Arn;
use super::budget::Budget;
use super::call_log::CallLog;
use super::eks::{Eks, Regional};
use super::error::{AwsError, CONNECTING};
use super::once::Once;
use super::principal::Principal;
use super::profile::Lookup;
use super::region::check_region;
use super::settings::{RetryMode, Settings};
use super::well_formed::WellFormed;
use super::{credentials, http};

/// EKS in every region, for whoever the settings say we are.
///
/// Cheap to make and to clone: nothing of the SDK is touched before the first call.
#[derive(Clone)]
pub struct Aws(Arc<Connection>);

struct Connection {
    settings: Settings,
    loaded: OnceCell<Loaded>,
    /// The region of everything that does not name its own.
    region: OnceCell<Option<Region>>,
    regions: Mutex<HashMap<String, Arc<Regional>>>,
    caller: Once<(), Caller>,
}

/// What the settings, the environment and the shared files come to.
pub(super) struct Loaded {
    /// The SDK's configuration, with the credentials to use.
    pub(super) config: SdkConfig,
    /// Whether nobody said how often to try again, so that it is for us to say.
    is_patient: bool,
}

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The caller's ARN as STS gives it; for an assumed role that of the session.
    pub arn: String,
    /// The caller's account.
    pub account: String,
    /// The caller's partition.
    pub partition: String,
    /// The principal that an access entry would have to name; `None` for a federated user.
    ///
    /// The path of a role is missing, for STS does not tell it: compare with
    /// [`Principal::is_same_without_path`] only.
    pub principal: Option<Principal>,
}

impl Aws {
    /// EKS as the settings have it. Does nothing yet: a wrong setting shows in the first call.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Connection {
            settings,
            loaded: OnceCell::new(),
            region: OnceCell::new(),
            regions: Mutex::default(),
            caller: Once::default(),
        }))
    }

    /// EKS in a region, or in the region that the settings, the environment or the profile name.
    ///
    /// The handle is cheap; all handles for one region share connections and what was read before.
    ///
    /// # Errors
    ///
    /// No region is named anywhere, the settings cannot be used, or the account is not one to work on.
    pub async fn eks(&self, region: Option<&str>, budget: &Budget) -> Result<Eks, AwsError> {
        let (region, Loaded { config, is_patient }) = self.enter(region, budget).await?;
        let mut regions = self.0.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let regional = regions.entry(region.to_string()).or_insert_with(|| {
            let mut builder = aws_sdk_eks::config::Builder::from(config)
                .region(region.clone())
                .interceptor(CallLog)
                .interceptor(WellFormed);
            if let Some(url) = &self.0.settings.endpoints.eks {
                builder = builder.endpoint_url(url);
            }
            Arc::new(Regional::new(builder, region.to_string(), *is_patient))
        });
        Ok(Eks::new(regional.clone()))
    }

    /// Who the credentials belong to. AWS is asked once, in `region` or the default one; the answer is the same in all.
    ///
    /// # Errors
    ///
    /// As for [`Aws::eks`], and whatever keeps STS from answering.
    pub async fn caller(&self, region: Option<&str>, budget: &Budget) -> Result<Caller, AwsError> {
        const OPERATION: &str = "GetCallerIdentity";
        let (region, Loaded { config, .. }) = self.connect(region, budget).await?;
        let name = region.to_string();
        let sts = credentials::sts(&self.0.settings, &config.to_builder().region(region).build());
        let ask = || async move {
            let answer = sts.get_caller_identity().send().await;
            let arn = answer.map_err(AwsError::from_sdk(OPERATION))?.arn;
            let arn = arn.ok_or_else(|| AwsError::bad_answer(OPERATION, "the caller's ARN"))?;
            Caller::from_arn(arn).map(Some)
        };
        let caller = budget.run(OPERATION, self.0.caller.get((), ask)).await;
        let caller = caller.map_err(|error| error.in_region(&name))?;
        caller.ok_or_else(|| AwsError::bad_answer(OPERATION, "the caller"))
    }

    /// What was configured.
    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The region to work in and what to work there with, once the account is known to be one to work on.
    pub(super) async fn enter(&self, region: Option<&str>, budget: &Budget) -> Result<(Region, &Loaded), AwsError> {
        let (region, loaded) = self.connect(region, budget).await?;
        if self.0.settings.restricts_accounts() {
            let caller = self.caller(Some(region.as_ref()), budget).await?;
            self.0.settings.check_account(&caller.account)?;
        }
        Ok((region, loaded))
    }

    async fn connect(&self, region: Option<&str>, budget: &Budget) -> Result<(Region, &Loaded), AwsError> {
        let known = match region {
            Some(region) => {
                check_region(region).map_err(|why| AwsError::bad_settings(why.to_string()))?;
                Some(Region::new(region.to_owned()))
            }
            None => self.0.region.get().cloned().flatten(),
        };
        if let (Some(region), Some(loaded)) = (&known, self.0.loaded.get()) {
            return Ok((region.clone(), loaded));
        }
        // Loading takes tens of kilobytes of room, which no other operation is to carry along.
        let connect = Box::pin(async {
            let region = match known {
                Some(region) => region,
                None => self.0.default_region().await?,
            };
            let loaded = self.0.loaded.get_or_try_init(|| self.0.load(region.clone())).await?;
            Ok((region, loaded))
        });
        budget.run(CONNECTING, connect).await
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Aws").field(&self.0.settings).finish()
    }
}

impl Caller {
    fn from_arn(arn: String) -> Result<Self, AwsError> {
        let Arn { partition, account, .. } = Arn::parse(&arn).map_err(AwsError::bad_arn("GetCallerIdentity"))?;
        let (partition, account) = (partition.to_owned(), account.to_owned());
        Ok(Self { account, partition, principal: Principal::of_caller(&arn), arn })
    }

    /// Whether `principal` is who calls.
    pub fn is(&self, principal: &Principal) -> bool {
        self.principal.as_ref().is_some_and(|caller| caller.is_same_without_path(principal))
    }
}

impl Settings {
    fn restricts_accounts(&self) -> bool {
        !self.allowed_account_ids.is_empty() || !self.forbidden_account_ids.is_empty()
    }

    fn check_account(&self, account: &str) -> Result<(), AwsError> {
        if self.forbidden_account_ids.contains(account) {
            let message = format!(
                "The credentials belong to account {account}, which is in forbidden_account_ids. Use credentials of another \
                 account: profile, assume_role and AWS_PROFILE choose them."
            );
            return Err(AwsError::wrong_account(message));
        }
        if !self.allowed_account_ids.is_empty() && !self.allowed_account_ids.contains(account) {
            let message = format!(
                "The credentials belong to account {account}, which is not in allowed_account_ids. Use credentials of an account \
                 that is (profile, assume_role and AWS_PROFILE choose them), or add this one."
            );
            return Err(AwsError::wrong_account(message));
        }
        Ok(())
    }

    /// Looks for the shared files that the settings name. The SDK would look for a region elsewhere if one is missing, and
    /// say so in the log alone.
    fn check_files(&self) -> Result<(), AwsError> {
        let lists = [
            ("shared_config_files", &self.shared_config_files),
            ("shared_credentials_files", &self.shared_credentials_files),
        ];
        for (argument, path) in
            lists.into_iter().flat_map(|(argument, list)| list.iter().map(move |path| (argument, path)))
        {
            fs::File::open(path).map_err(|error| {
                let path = path.display();
                AwsError::bad_settings(format!("The file {path}, which {argument} names, cannot be read: {error}."))
            })?;
        }
        Ok(())
    }

    /// The shared files to read, if not the usual ones.
    pub(super) fn files(&self) -> Option<EnvConfigFiles> {
        let (config, credentials) = (&self.shared_config_files, &self.shared_credentials_files);
        if config.is_empty() && credentials.is_empty() {
            return None;
        }
        let mut files = EnvConfigFiles::builder()
            .include_default_config_file(config.is_empty())
            .include_default_credentials_file(credentials.is_empty());
        for path in config {
            files = files.with_file(EnvConfigFileKind::Config, path);
        }
        for path in credentials {
            files = files.with_file(EnvConfigFileKind::Credentials, path);
        }
        Some(files.build())
    }

    /// The retries that the settings ask for, or the given ones of the environment.
    fn retries(&self, environment: &RetryConfig) -> RetryConfig {
        let attempts = match self.max_retries {
            Some(retries) => retries.saturating_add(1),
            None if is_default(environment) => DEFAULT_ATTEMPTS,
            None => environment.max_attempts(),
        };
        let retries = match self.retry_mode {
            None => environment.clone(),
            Some(RetryMode::Standard) => RetryConfig::standard(),
            Some(RetryMode::Adaptive) => RetryConfig::adaptive(),
        };
        retries.with_max_attempts(attempts)
    }
}

/// What this process was given under a name.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The region that the environment names.
fn region_of_environment(environment: impl Lookup) -> Option<Region> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| environment.given(name)).map(Region::new)
}

/// Whether nobody said anything about retries, neither in the environment nor in the profile.
fn is_default(environment: &RetryConfig) -> bool {
    *environment == RetryConfig::standard() && std::env::var_os("AWS_MAX_ATTEMPTS").is_none()
}

/// How often a request is tried when nobody says otherwise. It takes some ten seconds to get through them, enough for a
/// network that stumbles and little enough for an endpoint that is not there.
const DEFAULT_ATTEMPTS: u32 = 5;

/// How long one try of a request may take, to the last byte of the answer, so that nothing else has to watch over how the bytes
/// come in. The calls of EKS answer within a second or so, whatever they set going.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

impl Connection {
    /// Loads the SDK's configuration. Where nobody named a default region, `region` stands in for it: the search would
    /// end at an instance's metadata service, which on any other machine takes seconds to give up.
    async fn load(&self, region: Region) -> Result<Loaded, AwsError> {
        let settings = &self.settings;
        settings.check_files()?;
        settings.check_identity(environment).await?;
        let http = http::client(settings)?;
        let region = self.regions_named().or_else(region).region().await;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .region(region.clone())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Ok(ourselves) = FrameworkMetadata::new(env!("CARGO_PKG_NAME"), Some(env!("CARGO_PKG_VERSION"))) {
            loader = loader.framework_metadata(ourselves);
        }
        if let Some(files) = settings.files() {
            loader = loader.profile_files(files);
        }
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(fips) = settings.use_fips_endpoint {
            loader = loader.use_fips(fips);
        }
        if let Some(dual_stack) = settings.use_dualstack_endpoint {
            loader = loader.use_dual_stack(dual_stack);
        }
        let provider_config = ProviderConfig::without_region().with_region(region).with_http_client(http);
        if let Some(credentials) = credentials::base(settings, &provider_config)? {
            loader = loader.credentials_provider(credentials);
        }
        let config = loader.load().await;
        let environment = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let config = config.into_builder().retry_config(settings.retries(&environment)).build();
        let is_patient = settings.max_retries.is_none() && is_default(&environment);
        Ok(Loaded { config: credentials::assume(settings, config)?, is_patient })
    }

    /// The region of everything that does not name its own. An instance's metadata service is not asked: where there is
    /// none, it takes seconds to find that out, only to say what a region left out by mistake should say at once.
    async fn default_region(&self) -> Result<Region, AwsError> {
        let search = || async {
            self.settings.check_files()?;
            self.settings.check_identity(environment).await?;
            let region = self.regions_named().region().await;
            let checked = region.as_ref().map_or(Ok(()), |region| check_region(region.as_ref()));
            checked.map_err(|why| {
                AwsError::bad_settings(format!(
                    "{why}. It is the default one: the first of region in the provider block, AWS_REGION, AWS_DEFAULT_REGION and \
                     region in the profile."
                ))
            })?;
            Ok(region)
        };
        self.region.get_or_try_init(search).await?.clone().ok_or_else(AwsError::no_region)
    }

    /// The regions that somebody wrote down: in the settings, in the environment, in the profile.
    fn regions_named(&self) -> RegionProviderChain {
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(files) = self.settings.files() {
            profile = profile.profile_files(files);
        }
        if let Some(name) = &self.settings.profile {
            profile = profile.profile_name(name);
        }
        RegionProviderChain::first_try(self.settings.region.clone().map(Region::new))
            .or_else(region_of_environment(environment))
            .or_else(profile.build())
    }
}

#[cfg(test)]
mod tests;
