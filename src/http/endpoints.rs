//! Endpoints: what serves them at once, and what describes them when somebody asks. A description of all of them takes
//! megabytes, and a daemon whose API nobody reads does without.

use axum::{Router, handler::Handler, routing::MethodRouter};
use utoipa::openapi::OpenApi;
use utoipa_axum::{
    PathItemExt,
    router::{OpenApiRouter, UtoipaMethodRouter},
};

use super::state::App;

/// Handlers at their paths, and their descriptions.
#[derive(Default)]
pub(super) struct Endpoints {
    router: Router<App>,
    descriptions: Descriptions,
}

/// What describes some handlers.
type Describe = fn() -> UtoipaMethodRouter<App>;

/// What [`routes!`] read of some handlers.
pub(super) struct Endpoint {
    pub(super) handlers: Vec<(String, MethodRouter<App>)>,
    pub(super) describe: Describe,
}

/// The descriptions of all handlers, not made yet.
#[derive(Clone, Default)]
pub(super) struct Descriptions(Vec<Describe>);

/// The endpoint of handlers with a `#[utoipa::path]`, as `utoipa_axum::routes!` has it.
macro_rules! routes {
    (@one $handler:ident) => {
        pastey::paste! { $crate::http::endpoints::handler::<[<__path_ $handler>], _, _>(&$handler) }
    };
    (@one $room:ident :: $handler:ident) => {
        pastey::paste! {
            $crate::http::endpoints::handler::<$room::[<__path_ $handler>], _, _>(&$room::$handler)
        }
    };
    ($($($part:ident)::+),+ $(,)?) => {
        $crate::http::endpoints::Endpoint {
            handlers: vec![$($crate::http::endpoints::routes!(@one $($part)::+)),+],
            describe: || utoipa_axum::routes!($($($part)::+),+),
        }
    };
}
pub(super) use routes;

/// A handler under its path, for its methods.
pub(super) fn handler<P, H, T>(handler: &H) -> (String, MethodRouter<App>)
where
    P: utoipa::Path,
    H: Handler<T, App>,
    T: 'static,
{
    let methods = P::methods().into_iter();
    let router = methods
        .fold(MethodRouter::new(), |router, method| router.on(method.to_method_filter(), handler.clone()));
    (P::path(), router)
}

impl Endpoints {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds what [`routes!`] gives.
    pub(super) fn routes(mut self, endpoint: Endpoint) -> Self {
        for (path, handler) in endpoint.handlers {
            self.router = self.router.route(&path, handler);
        }
        self.descriptions.0.push(endpoint.describe);
        self
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.descriptions.0.extend(other.descriptions.0);
        self
    }

    /// What serves, and what describes it.
    pub(super) fn split(self) -> (Router<App>, Descriptions) {
        (self.router, self.descriptions)
    }
}

impl Descriptions {
    /// Makes them all, below `head`.
    pub(super) fn below(&self, head: OpenApi) -> OpenApi {
        let all = OpenApiRouter::with_openapi(head);
        self.0.iter().fold(all, |all, describe| all.routes(describe())).into_openapi()
    }
}
