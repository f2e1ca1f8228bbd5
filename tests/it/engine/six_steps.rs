//! What CONTRIBUTING.md says that a new resource takes, followed with one that keeps its objects in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use terraform_provider_eks::framework::docs;
use terraform_provider_eks::framework::schema::{computed, required};
use terraform_provider_eks::framework::{
    AnyDataSource, AnyResource, Call, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Provider, Resource,
    Update, Walks,
};
use terraform_provider_eks::model;
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::ProviderServer;
use terraform_provider_eks::value::Value;

use crate::support::core::{Action, Core, as_json};

// Step 1: a source file.

/// `garden_herb`: a herb in a bed.
struct Herb;

model! {
    /// Configuration, plan and state of a `garden_herb`.
    struct HerbModel {
        /// The name of the herb.
        name: Value<String> = required().requires_replace(),
        /// The bed that it grows in.
        bed: Value<String> = required(),
        /// The same as `name`.
        id: Value<String> = computed(),
    }
}

model! {
    /// What names a herb.
    struct HerbIdentity {
        /// The name of the herb.
        name: Value<String> = required(),
    }
}

impl Resource for Herb {
    const NAME: &'static str = "garden_herb";
    const DESCRIPTION: &'static str = "A herb in a bed.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(60));
    const CALLS: &'static [Call] = &[Call::new("garden:Plant", "create and update")];
    const ON_DESTROY: &'static str = "The herb is pulled out.";
    type Client = Beds;
    type Model = HerbModel;
    type Identity = HerbIdentity;

    fn identity(&self, state: &HerbModel) -> HerbIdentity {
        HerbIdentity { name: state.name.clone() }
    }

    fn parse_import_id(&self, id: &str) -> Result<HerbIdentity, Diagnostics> {
        match id {
            "" => Err(Diagnostic::error("Invalid import id", "The id is the name of a herb.").into()),
            name => Ok(HerbIdentity { name: Value::Known(name.to_owned()) }),
        }
    }

    async fn create(&self, cx: &Cx<'_, Beds>, create: Create<HerbModel>) -> Result<HerbModel, Failed<HerbModel>> {
        Ok(plant(cx, create.planned))
    }

    async fn read(
        &self,
        cx: &Cx<'_, Beds>,
        identity: &HerbIdentity,
        _: Option<&HerbModel>,
    ) -> Result<Option<HerbModel>, Diagnostics> {
        let name = identity.name.known().cloned().unwrap_or_default();
        let bed = cx.client.0.lock().unwrap().get(&name).cloned();
        Ok(bed.map(|bed| HerbModel {
            name: Value::Known(name.clone()),
            bed: Value::Known(bed),
            id: Value::Known(name),
        }))
    }

    async fn update(&self, cx: &Cx<'_, Beds>, update: Update<HerbModel>) -> Result<HerbModel, Failed<HerbModel>> {
        Ok(plant(cx, update.planned))
    }

    async fn delete(&self, cx: &Cx<'_, Beds>, prior: HerbModel) -> Result<(), Diagnostics> {
        cx.client.0.lock().unwrap().remove(prior.name.known().unwrap());
        Ok(())
    }
}

fn plant(cx: &Cx<'_, Beds>, planned: HerbModel) -> HerbModel {
    let (name, bed) = (planned.name.known().unwrap().clone(), planned.bed.known().unwrap().clone());
    cx.client.0.lock().unwrap().insert(name, bed);
    HerbModel { id: planned.name.clone(), ..planned }
}

// Step 2, the `mod` line, is in engine/mod.rs. Step 3: its line in the registry.

/// The provider, which was there before.
struct Garden;

/// What grows, by name, and where.
struct Beds(&'static Mutex<BTreeMap<String, String>>);

static BEDS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

model! {
    /// Nothing to configure.
    struct GardenConfig {}
}

impl Provider for Garden {
    const NAME: &'static str = "garden";
    const DESCRIPTION: &'static str = "A garden.";
    type Config = GardenConfig;
    type Client = Beds;

    const RESOURCES: &'static [&'static dyn AnyResource<Beds>] = &[&Herb];
    const DATA_SOURCES: &'static [&'static dyn AnyDataSource<Beds>] = &[];

    fn configure(&self, _: GardenConfig, _: Walks) -> Result<Beds, Diagnostics> {
        Ok(Beds(&BEDS))
    }
}

// Step 4: a test file.

#[tokio::test]
async fn lead_to_a_resource_that_lives() {
    let mut core = Core::start(ProviderServer::new(Service::new(Garden))).await.unwrap();
    core.configure(json!({})).await.unwrap();
    let sage = |bed: &str| json!({ "name": "sage", "bed": bed });

    let created = core.converge("garden_herb", "x", sage("sunny")).await.unwrap();
    assert_eq!((created.action, as_json(&created.state)["id"].clone()), (Action::Create, json!("sage")));
    let updated = core.converge("garden_herb", "x", sage("shady")).await.unwrap();
    assert_eq!(updated.action, Action::Update);
    let mint = json!({ "name": "mint", "bed": "shady" });
    assert_eq!(core.converge("garden_herb", "x", mint.clone()).await.unwrap().action, Action::Replace);
    core.verify_import("garden_herb", "x", "mint", &[]).await.unwrap();

    BEDS.lock().unwrap().clear();
    core.new_walk().await.unwrap();
    assert_eq!(core.plan("garden_herb", "x", mint).await.unwrap().action, Action::Create);
}

// Step 5: an example folder. Step 6, the line in the changelog, is for people.

/// The files of `examples/`.
const EXAMPLES: [&str; 5] = [
    "provider/provider.tf",
    "resources/garden_herb/resource.tf",
    "resources/garden_herb/import.sh",
    "resources/garden_herb/import-by-string-id.tf",
    "resources/garden_herb/import-by-identity.tf",
];

#[test]
fn lead_to_a_page() {
    let example = |path: &str| EXAMPLES.contains(&path).then(|| format!("# {path}\n"));
    let pages = docs::pages::<Garden>(&example, &[]).unwrap();
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["index.md", "resources/herb.md"]);
    let page = &pages["resources/herb.md"];
    for words in
        ["page_title: \"garden_herb Resource - garden\"", "- `bed` (String) The bed", "garden:Plant", "pulled out"]
    {
        assert!(page.contains(words), "{words} is missing in\n{page}");
    }
    for example in &EXAMPLES[1..] {
        assert!(page.contains(&format!("# {example}")), "{example} is missing in\n{page}");
    }
}

#[test]
fn forgotten_examples_are_named() {
    let missing = docs::pages::<Garden>(&|path| (path == EXAMPLES[0]).then(String::new), &[]).unwrap_err();
    assert_eq!(missing.0, EXAMPLES[1..]);
}
