use std::pin::pin;

use tokio::time::timeout;

use super::*;
use AuthenticationMode::{Api, ApiAndConfigMap, ConfigMap};

/// Walks from CONFIG_MAP to API and tells what was reported on the way.
async fn walk(canned: &Canned) -> (Result<(), AwsError>, Vec<Progress>) {
    let mut told = Vec::new();
    let walked =
        canned.eks().walk_authentication_mode("dev", ConfigMap, Api, &budget(), |progress| told.push(progress)).await;
    (walked, told)
}

fn started(to: AuthenticationMode, id: &str) -> Progress {
    Progress::Started { to, update_id: id.to_owned() }
}

fn reached(mode: AuthenticationMode) -> Progress {
    Progress::Reached { mode }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_fails_ends_the_walk_with_its_reasons() {
    let reasons = json!([{ "errorCode": "AccessDenied", "errorMessage": "the cluster's role is gone" }]);
    let failed =
        json!({ "update": { "id": "1", "status": "Failed", "type": "AccessConfigUpdate", "errors": reasons } });
    let (walked, told) = walk(&Canned::new([update("1", "InProgress"), (200, failed)])).await;
    let error = walked.unwrap_err();
    assert_eq!(error.kind(), &Kind::UpdateFailed);
    assert!(error.to_string().contains("AccessDenied: the cluster's role is gone"), "{error}");
    assert_eq!(told, [started(ApiAndConfigMap, "1")]);
}

/// Whoever looks at the cluster while an update is under way sees what was before, which nobody is to see after it.
#[tokio::test(start_paused = true)]
async fn what_was_seen_during_an_update_is_not_kept_however_the_walk_ends() {
    let denied = error(403, "AccessDeniedException", "no");
    for (mut answers, is_ours) in [
        (vec![update("1", "InProgress"), update("1", "InProgress")], true),
        (vec![busy("1"), update("1", "InProgress")], false),
    ] {
        answers.extend([cluster("CONFIG_MAP"), denied.clone(), cluster("API_AND_CONFIG_MAP")]);
        let canned = Canned::new(answers);
        let (eks, budget) = (canned.eks(), budget());
        let mut walk = pin!(eks.walk_authentication_mode("dev", ConfigMap, Api, &budget, |_| ()));
        // Until it pauses.
        timeout(Duration::from_millis(1), &mut walk).await.unwrap_err();
        let seen = async || eks.find_cluster("dev", &budget).await.unwrap().unwrap().authentication_mode;
        assert_eq!(seen().await, ConfigMap);
        assert_eq!(walk.await.unwrap_err().kind(), &Kind::AccessDenied { action: None });
        assert_eq!(seen().await, ApiAndConfigMap, "{is_ours}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_nobody_elses_doing_ends_the_walk() {
    let message = "Unsupported authentication mode update from CONFIG_MAP to API_AND_CONFIG_MAP";
    let canned = Canned::new([error(400, "InvalidParameterException", message), cluster("CONFIG_MAP")]);
    let (walked, told) = walk(&canned).await;
    assert_eq!(walked.unwrap_err().kind(), &Kind::InvalidParameter);
    assert_eq!(told, []);
}

#[tokio::test(start_paused = true)]
async fn a_denial_ends_the_walk_without_another_question() {
    let canned = Canned::new([error(403, "AccessDeniedException", "no")]);
    let (walked, _) = walk(&canned).await;
    assert_eq!(walked.unwrap_err().kind(), &Kind::AccessDenied { action: None });
    assert_eq!(canned.asked(), ["POST /clusters/dev/update-config"]);
}

#[tokio::test(start_paused = true)]
async fn goes_one_mode_at_a_time_and_waits_for_each() {
    let canned = Canned::new([
        update("1", "InProgress"),
        update("1", "InProgress"),
        update("1", "Successful"),
        cluster("CONFIG_MAP"),
        cluster("API_AND_CONFIG_MAP"),
        update("2", "InProgress"),
        update("2", "Successful"),
        cluster("API"),
    ]);
    let (walked, told) = walk(&canned).await;
    walked.unwrap();
    assert_eq!(told, [started(ApiAndConfigMap, "1"), reached(ApiAndConfigMap), started(Api, "2"), reached(Api)]);
    assert_eq!(canned.bodies()[5]["accessConfig"], json!({ "authenticationMode": "API" }));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_update_is_waited_for_and_not_done_twice() {
    let message = "Unsupported authentication mode update from API to API";
    let canned = Canned::new([
        busy("9"),
        update("9", "Successful"),
        cluster("API_AND_CONFIG_MAP"),
        error(400, "InvalidParameterException", message),
        cluster("API"),
    ]);
    let (walked, told) = walk(&canned).await;
    walked.unwrap();
    assert_eq!(told, [Progress::Waiting { update_id: "9".to_owned() }, reached(ApiAndConfigMap), reached(Api)]);
}

#[tokio::test]
async fn nothing_is_asked_where_there_is_nothing_to_do_or_no_way() {
    let canned = Canned::default();
    let (eks, budget) = (canned.eks(), budget());
    eks.walk_authentication_mode("dev", Api, Api, &budget, |_| ()).await.unwrap();
    let error = eks.walk_authentication_mode("dev", Api, ConfigMap, &budget, |_| ()).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::InvalidParameter);
    assert_eq!(canned.asked().len(), 0);
}
