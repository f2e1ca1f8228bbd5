use std::collections::{BTreeMap, BTreeSet};

use crate::aws::settings::{Endpoints, Secret, Settings};
use crate::framework::schema::{Shape, block, optional};
use crate::framework::{Attribute, Diagnostic, Diagnostics};
use crate::model;
use crate::value::{AttributePath, Dynamic, Type, Value};

use self::assume_role::{AssumeRoleBlock, AssumeRoleWithWebIdentityBlock};
use self::text::{
    check_account_id, check_key_prefix, check_lockout_guard, check_path, check_proxy, check_region, check_retry_mode,
    check_url, given, is_given, path, paths,
};
use super::lockout::LockoutGuard;
use super::tags::{IgnoredKeys, TagRules};

mod assume_role;
#[cfg(test)]
mod tests;
mod text;

model! {
    /// The `provider` block.
    ///
    /// What is left out comes from where every AWS SDK takes it: environment variables, the shared configuration and
    /// credentials files, the role of a container or an instance.
    pub struct Config {
        /// The region of every object that does not name its own. Without it, `AWS_REGION`, `AWS_DEFAULT_REGION` and the
        /// profile are asked, in this order.
        pub region: Value<String> = optional().check(check_region),
        /// The profile of the shared configuration and credentials files to use. It may lead to single sign-on, to a
        /// `credential_process`, which has a minute for its answer, or to a role.
        pub profile: Value<String> = optional(),
        /// The id of a static access key. Needs `secret_key`.
        pub access_key: Value<String> = optional(),
        /// The secret of a static access key. Needs `access_key`.
        pub secret_key: Value<Secret> = optional().sensitive(),
        /// The session token of a temporary access key.
        pub token: Value<Secret> = optional().sensitive(),
        /// The shared configuration files, instead of `AWS_CONFIG_FILE` or `~/.aws/config`. A later file wins.
        pub shared_config_files: Value<Vec<String>> = optional().check(check_path),
        /// The shared credentials files, instead of `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. A later file wins.
        pub shared_credentials_files: Value<Vec<String>> = optional().check(check_path),
        /// The only AWS accounts to work on. Credentials of any other are refused before EKS is reached.
        pub allowed_account_ids: Value<BTreeSet<String>> = optional().check(check_account_id),
        /// AWS accounts never to work on. Not together with `allowed_account_ids`.
        pub forbidden_account_ids: Value<BTreeSet<String>> = optional().check(check_account_id),
        /// How often a request that fails for a passing reason is repeated. Without it, `AWS_MAX_ATTEMPTS` and the profile are
        /// asked; if they say nothing, a request that AWS throttles is repeated for as long as makes sense.
        pub max_retries: Value<i64> = optional(),
        /// How repeated requests are spaced: `standard`, or `adaptive` to be slower on the whole while AWS throttles.
        pub retry_mode: Value<String> = optional().check(check_retry_mode),
        /// The URL of the proxy for endpoints that begin with `http://`, instead of `HTTP_PROXY`.
        pub http_proxy: Value<Secret> = optional().sensitive().check(check_proxy),
        /// The URL of the proxy for endpoints that begin with `https://`, AWS's own among them, instead of `HTTPS_PROXY`.
        pub https_proxy: Value<Secret> = optional().sensitive().check(check_proxy),
        /// The hosts that are reached without a proxy, separated by commas, instead of `NO_PROXY`. This machine, and where
        /// instances and containers get their credentials, always are.
        pub no_proxy: Value<String> = optional(),
        /// A file of certificates in PEM to trust instead of the machine's own and `AWS_CA_BUNDLE`.
        pub custom_ca_bundle: Value<String> = optional(),
        /// Whether to use the endpoints that are certified for FIPS 140. Not together with `endpoints`.
        pub use_fips_endpoint: Value<bool> = optional(),
        /// Whether to use the endpoints that speak IPv6 as well as IPv4. Not together with `endpoints`.
        pub use_dualstack_endpoint: Value<bool> = optional(),
        /// What a plan does that would remove the access entry of the identity that runs it, or the last cluster administrator:
        /// `warn`, which is the default, `refuse` or `off`. The same where the plan cannot tell, for want of a permission or of
        /// an answer. With `refuse` an apply does not do so either to the identity that runs it, also if another one has planned it.
        /// Of a replacement that only `-replace` or `replace_triggered_by` asks for, Terraform shows no warnings: `refuse` holds.
        pub lockout_guard: Value<String> = optional().check(check_lockout_guard),
        /// A role to assume. Several blocks are a chain: each role is assumed with the credentials of the one before.
        pub assume_role: Value<Vec<AssumeRoleBlock>> = block(),
        /// A role to assume with a token from an identity provider, before those of `assume_role`.
        pub assume_role_with_web_identity: Value<AssumeRoleWithWebIdentityBlock> = block(),
        /// Tags for every object that can have tags.
        pub default_tags: Value<DefaultTags> = block(),
        /// Tags that others put on objects: they are neither shown nor removed. A tag that this configuration sets, here or on
        /// an object, is not ignored.
        pub ignore_tags: Value<IgnoreTags> = block(),
        /// Where to send requests instead of AWS's own addresses.
        pub endpoints: Value<EndpointsBlock> = block(),
    }
}

model! {
    /// The `default_tags` block.
    pub struct DefaultTags {
        /// The tags. A tag of the same key on an object goes before.
        pub tags: Value<BTreeMap<String, String>> = optional(),
    }
}

model! {
    /// The `ignore_tags` block.
    pub struct IgnoreTags {
        /// The keys of tags to ignore.
        pub keys: Value<BTreeSet<String>> = optional(),
        /// How the keys of tags to ignore begin.
        pub key_prefixes: Value<BTreeSet<String>> = optional().check(check_key_prefix),
    }
}

model! {
    /// The `endpoints` block.
    pub struct EndpointsBlock {
        /// The URL for EKS.
        pub eks: Value<String> = optional().check(check_url),
        /// The URL for STS.
        pub sts: Value<String> = optional().check(check_url),
    }
}

impl Config {
    /// Checks what single arguments cannot tell.
    pub(super) fn check(&self) -> Result<(), Diagnostics> {
        let mut diagnostics = Diagnostics::none();
        self.check_access_key(&mut diagnostics);
        self.check_accounts(&mut diagnostics);
        self.check_endpoints(&mut diagnostics);
        if let Value::Known(retries) = self.max_retries
            && u32::try_from(retries).is_err()
        {
            let detail = format!("{retries} is no number of retries. Write 0 for none, or more.");
            diagnostics.push(Diagnostic::error("Invalid number of retries", detail).at_attribute("max_retries"));
        }
        assume_role::check(self, &mut diagnostics);
        diagnostics.into_result()
    }

    fn check_access_key(&self, diagnostics: &mut Diagnostics) {
        let alone = |one: &'static str, other: &str| {
            let detail = format!("{one} is of no use without {other}. Give both, or neither.");
            Diagnostic::error("Incomplete access key", detail).at_attribute(one)
        };
        let (id, secret) = (is_given(&self.access_key), is_given(&self.secret_key));
        match (id, secret) {
            (Some(true), Some(false)) => diagnostics.push(alone("access_key", "secret_key")),
            (Some(false), Some(true)) => diagnostics.push(alone("secret_key", "access_key")),
            _ => {}
        }
        if (is_given(&self.token), id) == (Some(true), Some(false)) {
            diagnostics.push(alone("token", "access_key and secret_key"));
        }
    }

    fn check_accounts(&self, diagnostics: &mut Diagnostics) {
        let names_some = |accounts: &Value<BTreeSet<String>>| accounts.known().is_some_and(|ids| !ids.is_empty());
        if names_some(&self.allowed_account_ids) && names_some(&self.forbidden_account_ids) {
            let detail = "Any account that is not in allowed_account_ids is refused already. Remove forbidden_account_ids, or \
                          remove allowed_account_ids to allow all others.";
            let wrong = Diagnostic::error("Accounts both allowed and forbidden", detail);
            diagnostics.push(wrong.at_attribute("forbidden_account_ids"));
        }
    }

    /// The SDK refuses to guess which variant of somebody's own endpoint is meant.
    fn check_endpoints(&self, diagnostics: &mut Diagnostics) {
        let urls = self.endpoints.known().into_iter().flat_map(|endpoints| [&endpoints.eks, &endpoints.sts]);
        if !urls.map(is_given).any(|given| given == Some(true)) {
            return;
        }
        for (name, variant) in
            [("use_fips_endpoint", &self.use_fips_endpoint), ("use_dualstack_endpoint", &self.use_dualstack_endpoint)]
        {
            if variant.known() == Some(&true) {
                let detail = format!(
                    "{name} chooses among AWS's own endpoints, and the endpoints block replaces those. Remove one of the two; \
                     endpoints may name the address of the variant itself."
                );
                diagnostics.push(Diagnostic::error("Endpoint chosen twice", detail).at_attribute(name));
            }
        }
    }

    /// The arguments that are known only after apply, and without which AWS is not reached: all but those that have a say
    /// in what is planned and in nothing that is read.
    pub(super) fn unknown(&self) -> Vec<AttributePath> {
        let needed = Self { default_tags: Value::Null, lockout_guard: Value::Null, ..self.clone() };
        unknowns(&needed.encode(), &AttributePath::root())
    }

    /// What the blocks `default_tags` and `ignore_tags` come to.
    pub(super) fn tag_rules(&self) -> TagRules {
        let ignored = self.ignore_tags.known();
        let keys = |of: fn(&IgnoreTags) -> &Value<BTreeSet<String>>| {
            ignored.and_then(|ignored| of(ignored).known()).cloned().unwrap_or_default()
        };
        TagRules {
            default: match &self.default_tags {
                Value::Known(block) => block.tags.clone(),
                Value::Null => Value::Null,
                Value::Unknown => Value::Unknown,
            },
            ignored: IgnoredKeys { keys: keys(|of| &of.keys), prefixes: keys(|of| &of.key_prefixes) },
        }
    }

    /// What `lockout_guard` says. Before it is known nothing is removed either, so a warning will do.
    pub(super) fn lockout_guard(&self) -> LockoutGuard {
        self.lockout_guard.known().and_then(|guard| text::lockout_guard(guard)).unwrap_or_default()
    }

    pub(super) fn into_settings(self) -> Settings {
        let endpoints = self.endpoints.into_known().unwrap_or_default();
        let roles = self.assume_role.into_known().unwrap_or_default();
        Settings {
            region: given(self.region),
            profile: given(self.profile),
            shared_config_files: paths(self.shared_config_files),
            shared_credentials_files: paths(self.shared_credentials_files),
            access_key: given(self.access_key),
            secret_key: given(self.secret_key),
            token: given(self.token),
            assume_role_with_web_identity: self.assume_role_with_web_identity.into_known().map(Into::into),
            assume_role: roles.into_iter().map(Into::into).collect(),
            endpoints: Endpoints { eks: given(endpoints.eks), sts: given(endpoints.sts) },
            max_retries: self.max_retries.into_known().and_then(|retries| u32::try_from(retries).ok()),
            retry_mode: given(self.retry_mode).and_then(|mode| text::retry_mode(&mode)),
            http_proxy: given(self.http_proxy),
            https_proxy: given(self.https_proxy),
            no_proxy: given(self.no_proxy),
            custom_ca_bundle: given(self.custom_ca_bundle).map(path),
            use_fips_endpoint: self.use_fips_endpoint.into_known(),
            use_dualstack_endpoint: self.use_dualstack_endpoint.into_known(),
            allowed_account_ids: self.allowed_account_ids.into_known().unwrap_or_default(),
            forbidden_account_ids: self.forbidden_account_ids.into_known().unwrap_or_default(),
        }
    }
}

/// The path of everything in the value that is known only after apply. Collections of texts are known as a whole, or not at
/// all.
fn unknowns(value: &Dynamic, at: &AttributePath) -> Vec<AttributePath> {
    match value {
        Dynamic::Unknown => vec![at.clone()],
        Dynamic::Object(attributes) => attributes
            .iter()
            .flat_map(|(name, value)| unknowns(value, &at.clone().then_attribute(name.clone())))
            .collect(),
        Dynamic::List(values) => {
            values.iter().zip(0..).flat_map(|(value, index)| unknowns(value, &at.clone().then_index(index))).collect()
        }
        _ => Vec::new(),
    }
}

impl Attribute for Secret {
    fn shape() -> Shape {
        Shape::Attribute(Type::String)
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        String::decode(value).map(Self::new)
    }

    fn encode(self) -> Dynamic {
        Dynamic::from(self.reveal())
    }
}
