use serde_json::json;

use super::{ask, file, operations, refused};
use crate::support::eks::{CLUSTER, World, role};
use crate::support::front::{Proxy, Tls};

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let tls = Tls::start().await;
    let world = World::start_with("API", json!({ "endpoints": { "eks": tls.url }, "max_retries": 0 })).await;
    tls.lead_to(&world.emulator);
    let error = refused(&world).await;
    assert!(error.contains("certificate") && error.contains("custom_ca_bundle"), "{error}");
    assert_eq!(operations(&world), Vec::<String>::new());
}

#[tokio::test]
async fn custom_ca_bundle_vouches_for_an_endpoint() {
    let tls = Tls::start().await;
    let bundle = file(&tls.certificate);
    let block = json!({ "endpoints": { "eks": tls.url }, "custom_ca_bundle": bundle.path() });
    let world = World::start_with("API", block).await;
    tls.lead_to(&world.emulator);
    ask(&world).await.unwrap();
    assert_eq!(operations(&world), ["DescribeCluster"]);
}

#[tokio::test]
async fn http_proxy_is_used_but_for_no_proxy_and_this_machine() {
    // Leads to this machine as well, though nobody would know from its name.
    const ELSEWHERE: &str = "0.0.0.0";
    for (no_proxy, host, through_proxy) in
        [("other.example", ELSEWHERE, true), ("other.example,0.0.0.0", ELSEWHERE, false), ("", "127.0.0.1", false)]
    {
        let (proxy, direct) = (Proxy::start().await, Proxy::start().await);
        let url = direct.url.replace("127.0.0.1", host);
        let block = json!({ "http_proxy": proxy.url, "no_proxy": no_proxy, "endpoints": { "eks": url } });
        let world = World::start_with("API", block).await;
        proxy.lead_to(&world.emulator);
        direct.lead_to(&world.emulator);
        ask(&world).await.unwrap();
        let (proxied, direct) = (proxy.asked(), direct.asked());
        match through_proxy {
            true => assert!(proxied[0].starts_with(&format!("GET {url}/clusters/dev ")) && direct.is_empty()),
            false => assert!(direct[0].starts_with("GET /clusters/dev ") && proxied.is_empty()),
        }
    }
}

#[tokio::test]
async fn https_proxy_is_asked_for_a_tunnel_to_the_endpoint_of_the_variant() {
    for (variant, host) in [
        (json!({}), "eks.us-east-1.amazonaws.com"),
        (json!({ "use_fips_endpoint": true }), "fips.eks.us-east-1.amazonaws.com"),
        (json!({ "use_dualstack_endpoint": true }), "eks.us-east-1.api.aws"),
    ] {
        let proxy = Proxy::start().await;
        let mut block = json!({
            "https_proxy": proxy.url, "no_proxy": "other.example", "max_retries": 0, "endpoints": {},
        });
        block.as_object_mut().unwrap().extend(variant.as_object().unwrap().clone());
        let world = World::start_with("API", block).await;
        refused(&world).await;
        let asked = proxy.asked();
        assert!(asked[0].starts_with(&format!("CONNECT {host}:443 ")), "{asked:?}");
    }
}

#[tokio::test]
async fn connections_are_kept() {
    let world = World::start().await;
    for number in 0..20 {
        let principal = role(&format!("reader-{number}"));
        world.emulator.put_entry(CLUSTER, json!({ "principalArn": principal })).unwrap();
        let entry = json!({ "cluster_name": CLUSTER, "principal_arn": principal });
        world.data("eks_access_entry", entry).await.unwrap();
    }
    assert!(operations(&world).len() >= 20);
    assert_eq!(world.emulator.connections(), 1);
}
