use super::*;

fn throttled() -> (u16, Value) {
    error(429, "ThrottlingException", "Rate exceeded")
}

#[tokio::test(start_paused = true)]
async fn reads_and_changes_wait_until_aws_takes_more() {
    let canned =
        Canned::new([throttled(), throttled(), entry(), throttled(), entry(), throttled(), update("1", "InProgress")]);
    let (eks, budget) = (canned.eks(), budget());
    assert!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap().is_some());
    eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    assert!(eks.find_update("dev", "1", &budget).await.unwrap().is_some());
    assert_eq!(canned.asked().len(), 7);
}

/// A long list is many calls, of which AWS may throttle any.
#[tokio::test(start_paused = true)]
async fn a_page_that_is_throttled_is_asked_for_again_and_not_the_whole_list() {
    let page = |next| (200, json!({ "accessEntries": [ROLE], "nextToken": next }));
    let canned = Canned::new([page("2"), throttled(), throttled(), page("3"), throttled(), page("")]);
    let found = canned.eks().access_entry_principals("dev", None, &budget()).await.unwrap();
    assert_eq!(found.map(|found| found.len()), Some(3));
    let asked = canned.asked();
    let pages: Vec<_> =
        asked.iter().map(|line| line.split_once("nextToken=").map_or("1", |(_, token)| token)).collect();
    assert_eq!(pages, ["1", "2", "2", "2", "3", "3"]);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_with_awss_words() {
    let canned = Canned::default();
    canned.add((0..400).map(|_| throttled()));
    let (eks, budget) = (canned.eks(), budget());
    let error = eks.find_access_entry("dev", ROLE, &budget).await.unwrap_err();
    assert!(error.is_throttled() && error.to_string().contains("to take more requests"), "{error}");
    let error = eks.create_access_entry(&new_entry(), &budget).await.unwrap_err();
    assert!(error.is_throttled() && error.to_string().contains("to take more requests"), "{error}");
}

/// It is not known what becomes of the last try.
#[tokio::test(start_paused = true)]
async fn a_change_that_is_under_way_when_the_time_is_up_may_have_been_made() {
    let canned = Canned::new([throttled(), HANG]);
    let error = canned.eks().create_access_entry(&new_entry(), &seconds(20)).await.unwrap_err();
    assert!(error.is_throttled() && error.is_timed_out() && error.leaves_open(), "{error}");
}

fn seconds(seconds: u64) -> Budget {
    Budget::new(Duration::from_secs(seconds), CancellationToken::new())
}

/// The time is up in the middle of the waiting, for each of those who wait for the same answer.
#[tokio::test(start_paused = true)]
async fn a_look_whose_time_is_up_tells_what_aws_said_last() {
    let canned = Canned::default();
    canned.add((0..100).map(|_| throttled()));
    let (eks, budget) = (canned.eks(), seconds(40));
    let look = || eks.access_entry_principals("dev", None, &budget);
    let (one, other) = tokio::join!(look(), look());
    for error in [one, other].map(Result::unwrap_err) {
        assert!(error.is_throttled() && error.is_timed_out(), "{error}");
        assert_eq!(
            error.to_string(),
            "ListAccessEntries failed in us-east-1 with ThrottlingException (status 429): Rate exceeded. The time allowed for it was up \
             before another try had ended. The request id is 4711."
        );
    }
}

/// In the pauses that the SDK makes between its tries.
#[tokio::test(start_paused = true)]
async fn what_the_sdk_tries_again_until_the_time_is_up_is_told() {
    let unavailable = || error(503, "ServiceUnavailableException", "come back later");
    for (answer, kind, words) in [
        (lost(), Kind::Outage, "status 500): broken."),
        (unavailable(), Kind::Outage, "status 503): come back later."),
        (NO_ANSWER, Kind::Unreachable, "AWS gave no answer: "),
    ] {
        let canned = Canned::default();
        canned.add((0..200).map(|_| answer.clone()));
        let retries = RetryConfig::standard().with_max_attempts(100).with_initial_backoff(Duration::from_secs(10));
        let config = canned.config().retry_config(retries);
        let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), true)));
        let error = eks.find_access_entry("dev", ROLE, &seconds(1)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_timed_out()), (&kind, true), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        let error = eks.create_access_entry(&new_entry(), &seconds(1)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_timed_out()), (&kind, true), "{error}");
        assert!(error.leaves_open() && error.to_string().contains(words), "{error}");
    }
}

/// What went well since is not blamed for the end.
#[tokio::test(start_paused = true)]
async fn a_try_that_went_well_clears_what_was_before() {
    let canned = Canned::new([throttled(), (200, json!({ "accessEntries": [], "nextToken": "2" })), HANG]);
    let error = canned.eks().access_entry_principals("dev", None, &seconds(40)).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::TimedOut, "{error}");
}

#[tokio::test]
async fn who_asked_for_retries_gets_no_waiting_on_top() {
    let canned = Canned::new([throttled(), throttled()]);
    let config = canned.config().retry_config(RetryConfig::disabled());
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), false)));
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap_err().is_throttled());
    assert!(eks.create_access_entry(&new_entry(), &budget()).await.unwrap_err().is_throttled());
}

#[tokio::test(start_paused = true)]
async fn many_readers_take_turns_and_their_tries_do_not_run_out() {
    let canned = Canned::default();
    canned.add((0..200).map(|number| if number % 2 == 0 { throttled() } else { entry() }));
    let (eks, budget) = (canned.eks(), budget());
    let roles: Vec<_> = (0..100).map(|number| format!("{ROLE}{number}")).collect();
    let reads = roles.iter().map(|role| eks.find_access_entry("dev", role, &budget));
    let found = futures_util::future::try_join_all(reads).await.unwrap();
    assert!(found.iter().all(Option::is_some));
    assert_eq!(canned.0.lock().unwrap().most_under_way, traffic::PLACES);
}

/// Each of its tries would be one more call that nobody paces.
#[tokio::test(start_paused = true)]
async fn the_sdk_does_not_try_again_what_is_throttled() {
    let canned = Canned::new([throttled(), entry(), error(500, "ServerException", "broken"), entry()]);
    let retries = RetryConfig::standard().with_max_attempts(5);
    let config = canned.config().retry_config(retries);
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), true))).fresh();
    let began = tokio::time::Instant::now();
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap().is_some());
    assert_eq!(began.elapsed().as_millis(), 100, "the pace is not ours");
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap().is_some());
    assert_eq!(canned.asked().len(), 4);
}
