//! Who the settings and the environment say we are, looked at before anything is asked of them.
//!
//! The SDK takes a profile that is not there, and half an access key, for one more place without credentials. It goes on to the next,
//! and ends with whoever the machine is, or with the words of the last place of all.

use std::path::PathBuf;

use aws_config::profile;

use super::error::AwsError;
use super::settings::Settings;

/// What the environment has under a name. What is empty is not there: that is how scripts hand on what they have not been given.
pub(super) trait Lookup: Fn(&str) -> Option<String> {
    fn given(&self, name: &str) -> Option<String> {
        self(name).filter(|value| !value.trim().is_empty())
    }
}

impl<F: Fn(&str) -> Option<String>> Lookup for F {}

impl Settings {
    /// Looks whether the access key in the environment is complete and the profile there.
    ///
    /// # Errors
    ///
    /// One half of the key is missing, or none of the shared files has the profile.
    pub(super) async fn check_identity(&self, environment: impl Lookup) -> Result<(), AwsError> {
        self.check_access_key(&environment)?;
        let Some((profile, source)) = self.profile_named(&environment) else { return Ok(()) };
        let files = self.files().unwrap_or_default();
        // Files that cannot be read tell of themselves when the credentials are.
        let Ok(found) = profile::load(&Default::default(), &Default::default(), &files, None).await else {
            return Ok(());
        };
        if found.get_profile(&profile).is_some() {
            return Ok(());
        }
        let looked_in = |files: &[PathBuf], variable: &str, usual: &str| match files {
            [] => environment.given(variable).unwrap_or_else(|| usual.to_owned()),
            files => files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", "),
        };
        let message = format!(
            "There is no profile {profile:?}, which {source} names. Its section would be [profile {profile}] in a configuration file \
             ({}), or [{profile}] in a credentials file ({}).",
            looked_in(&self.shared_config_files, "AWS_CONFIG_FILE", "~/.aws/config"),
            looked_in(&self.shared_credentials_files, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        );
        Err(AwsError::bad_settings(message))
    }

    /// The profile that somebody asked for by name, and where. Keys go before a profile of the environment, as in the AWS CLI; and the
    /// default profile need not be there for anybody.
    fn profile_named(&self, environment: &impl Lookup) -> Option<(String, &'static str)> {
        if let Some(profile) = &self.profile {
            return Some((profile.clone(), "the argument profile"));
        }
        if self.gives_credentials() || environment.given("AWS_ACCESS_KEY_ID").is_some() {
            return None;
        }
        let profile = environment.given("AWS_PROFILE").filter(|profile| profile != "default")?;
        Some((profile, "AWS_PROFILE"))
    }

    fn check_access_key(&self, environment: &impl Lookup) -> Result<(), AwsError> {
        let [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        if self.gives_credentials() {
            return Ok(());
        }
        // The SDK knows the secret by an older name as well, which anybody may use for something else.
        let (there, missing) = match (environment.given(id).is_some(), environment.given(secret).is_some()) {
            (true, false) if environment.given("SECRET_ACCESS_KEY").is_none() => (id, secret),
            (false, true) if environment.given("AWS_PROFILE").is_none() => (secret, id),
            _ => return Ok(()),
        };
        let message = format!(
            "The environment has {there} but not {missing}: one is of no use without the other. Set both, or neither to use other \
             credentials."
        );
        Err(AwsError::bad_settings(message))
    }

    /// Whether the credentials that are found by themselves are not used.
    fn gives_credentials(&self) -> bool {
        self.access_key.is_some() || self.profile.is_some() || self.assume_role_with_web_identity.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::aws::settings::AssumeRoleWithWebIdentity;

    /// What is said about an environment, and settings with files of their own.
    async fn said(environment: &[(&str, &str)], change: impl FnOnce(&mut Settings)) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let [config, credentials] = ["config", "credentials"].map(|name| folder.path().join(name));
        fs::write(&config, "[profile jane]\n[nobody]\n").unwrap();
        fs::write(&credentials, "[joe]\n").unwrap();
        let mut settings = Settings {
            shared_config_files: vec![config],
            shared_credentials_files: vec![credentials],
            ..Settings::default()
        };
        change(&mut settings);
        let lookup = |name: &str| {
            let found = environment.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        settings.check_identity(lookup).await.err().map(|error| error.to_string())
    }

    const ID: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKID");
    const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "s3cret");

    #[tokio::test]
    async fn a_profile_that_is_not_there_is_named_with_the_files() {
        for name in ["nope", "nobody", "Jane"] {
            let in_environment = said(&[("AWS_PROFILE", name)], |_| {}).await.unwrap();
            // Keys in the environment do not stand in for a profile of the settings.
            let in_settings = said(&[ID, SECRET], |settings| settings.profile = Some(name.to_owned())).await.unwrap();
            for (said, source) in
                [(in_environment, "which AWS_PROFILE names"), (in_settings, "which the argument profile names")]
            {
                for words in [&format!("no profile {name:?}, {source}"), "/config)", "/credentials)", "[profile "] {
                    assert!(said.contains(words), "{words}: {said}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_profile_that_is_there_or_that_nobody_uses_is_fine() {
        for environment in [
            &[][..],
            &[("AWS_PROFILE", "jane")],
            &[("AWS_PROFILE", "joe")],
            &[("AWS_PROFILE", "default")],
            &[("AWS_PROFILE", "")],
            &[("AWS_PROFILE", "nope"), ID, SECRET],
        ] {
            assert_eq!(said(environment, |_| {}).await, None, "{environment:?}");
        }
        let nope = [("AWS_PROFILE", "nope")];
        assert_eq!(said(&nope, |settings| settings.access_key = Some("AKID".to_owned())).await, None);
        assert_eq!(said(&nope, |settings| settings.profile = Some("jane".to_owned())).await, None);
        let role = AssumeRoleWithWebIdentity::default();
        assert_eq!(said(&nope, |settings| settings.assume_role_with_web_identity = Some(role)).await, None);
    }

    #[tokio::test]
    async fn half_an_access_key_is_told_from_none() {
        for (environment, missing) in [
            (&[ID][..], "not AWS_SECRET_ACCESS_KEY"),
            (&[ID, ("AWS_SECRET_ACCESS_KEY", "")], "not AWS_SECRET_ACCESS_KEY"),
            (&[ID, ("AWS_PROFILE", "jane")], "not AWS_SECRET_ACCESS_KEY"),
            (&[SECRET], "not AWS_ACCESS_KEY_ID"),
        ] {
            let said = said(environment, |_| {}).await.unwrap();
            assert!(said.contains(missing) && !said.contains("s3cret"), "{said}");
        }
        for environment in [
            &[ID, SECRET][..],
            &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", " ")],
            &[ID, ("SECRET_ACCESS_KEY", "s3cret")],
            &[SECRET, ("AWS_PROFILE", "jane")],
        ] {
            assert_eq!(said(environment, |_| {}).await, None, "{environment:?}");
        }
        assert_eq!(said(&[ID], |settings| settings.access_key = Some("AKID".to_owned())).await, None);
    }
}
