use crate::value::{AttributePath, Dynamic, Type};

use super::schema::{Shape, attribute_name, markdown};
use super::{Attribute, Diagnostic, Diagnostics};

/// A pure function: the same arguments give the same result, whenever and wherever.
///
/// Terraform calls it while it validates, plans and applies, in a process that nobody has configured.
pub trait Function: Send + Sync + 'static {
    /// The name in HCL, behind `provider::LOCAL_NAME::`.
    const NAME: &'static str;
    /// What it gives, in a few words.
    const SUMMARY: &'static str;
    /// What it is for, as Markdown.
    const DESCRIPTION: &'static str;
    /// What it takes: a struct made with [`arguments!`](crate::arguments).
    type Arguments: Arguments;
    /// What it gives.
    type Output: Attribute;

    /// Gives the result.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Output, FunctionError>;
}

/// Why a function gives no result. The text is full sentences; Terraform adds which function it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong, and what to do.
    pub text: String,
    /// The argument to blame, counted from 0; each argument of a [`Variadic`] parameter counts.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// No argument in particular is to blame.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// The argument at `index` is to blame.
    pub fn in_argument(index: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(index) }
    }
}

impl From<FunctionError> for Diagnostics {
    fn from(error: FunctionError) -> Self {
        let path = error.argument.map_or_else(AttributePath::root, argument_path);
        Diagnostic::error("Function failed", error.text).at(path).into()
    }
}

/// What a diagnostic about the argument at `index` has for a path.
pub(super) fn argument_path(index: usize) -> AttributePath {
    AttributePath::root().then_index(i64::try_from(index).unwrap_or(i64::MAX))
}

/// What a function takes. Made with [`arguments!`](crate::arguments).
pub trait Arguments: Sized + Send {
    /// The parameters, in order.
    fn parameters() -> Vec<Parameter>;

    /// Reads the arguments of one call.
    fn take(given: &mut Given) -> Result<Self, Diagnostics>;
}

/// One parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name in the documentation.
    pub name: &'static str,
    /// Its doc comment, as Markdown.
    pub description: String,
    /// The type of its argument, or of each one.
    pub ty: Type,
    /// Whether the function is called although the argument is null, or not known yet.
    pub takes_anything: bool,
    /// Whether it takes all arguments that remain.
    pub is_variadic: bool,
}

/// What Terraform wants to know of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// [`Function::SUMMARY`].
    pub summary: &'static str,
    /// [`Function::DESCRIPTION`].
    pub description: &'static str,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// The type of what it gives.
    pub output: Type,
}

impl Signature {
    /// The parameter that takes the argument at `index`.
    pub(super) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|last| last.is_variadic))
    }
}

/// A Rust type that can be a parameter: any [`Attribute`], and [`Variadic`].
///
/// Terraform refuses null for a parameter, and does not call the function while the argument is unknown, unless the
/// parameter is a [`Value`](crate::value::Value).
pub trait Argument: Sized {
    /// The parameter, without name and description.
    #[doc(hidden)]
    fn parameter() -> Parameter;

    /// Takes what belongs to it off the arguments.
    #[doc(hidden)]
    fn take(given: &mut Given) -> Result<Self, Diagnostics>;
}

/// All arguments that remain. Only the last parameter can be one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variadic<T>(pub Vec<T>);

impl<T: Attribute> Argument for T {
    fn parameter() -> Parameter {
        Parameter {
            name: "",
            description: String::new(),
            ty: T::shape().ty(),
            takes_anything: T::NULLABLE,
            is_variadic: false,
        }
    }

    fn take(given: &mut Given) -> Result<Self, Diagnostics> {
        let index = given.taken;
        given.taken += 1;
        let value = given.rest.next().ok_or_else(|| Diagnostic::bug("Missing argument", "An argument is missing."))?;
        T::decode(value).map_err(|wrong| wrong.under_path(&argument_path(index)))
    }
}

impl<T: Attribute> Argument for Variadic<T> {
    fn parameter() -> Parameter {
        Parameter { is_variadic: true, ..T::parameter() }
    }

    fn take(given: &mut Given) -> Result<Self, Diagnostics> {
        let mut all = Vec::new();
        while given.rest.len() > 0 {
            all.push(T::take(given)?);
        }
        Ok(Self(all))
    }
}

impl Parameter {
    /// What `arguments!` knows: the name and the doc comment.
    #[doc(hidden)]
    pub fn named(self, name: &'static str, doc: &str) -> Self {
        Self { name: attribute_name(name), description: markdown(doc), ..self }
    }
}

/// The arguments of one call, one after the other.
#[derive(Debug)]
pub struct Given {
    rest: std::vec::IntoIter<Dynamic>,
    taken: usize,
}

/// Declares a struct whose fields are the parameters of a function, in order.
///
/// The type of a parameter comes from the Rust type, its description from the doc comment. See [`Argument`] for what
/// becomes of null and of what is not known yet.
///
/// ```
/// use terraform_provider_eks::arguments;
/// use terraform_provider_eks::framework::{Function, FunctionError, Variadic};
///
/// struct Join;
///
/// arguments! {
///     /// What `join` takes.
///     pub struct JoinArguments {
///         /// What goes in between.
///         separator: String,
///         /// What is joined.
///         parts: Variadic<String>,
///     }
/// }
///
/// impl Function for Join {
///     const NAME: &'static str = "join";
///     const SUMMARY: &'static str = "Joins texts.";
///     const DESCRIPTION: &'static str = "Joins any number of texts.";
///     type Arguments = JoinArguments;
///     type Output = String;
///
///     fn call(&self, JoinArguments { separator, parts }: JoinArguments) -> Result<String, FunctionError> {
///         match parts.0.iter().position(String::is_empty) {
///             Some(empty) => Err(FunctionError::in_argument(1 + empty, "There is nothing to join.")),
///             None => Ok(parts.0.join(&separator)),
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! arguments {
    ($(#[$meta:meta])* $vis:vis struct $arguments:ident {
        $($(#[doc = $doc:expr])* $field_vis:vis $name:ident: $ty:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $arguments {
            $($(#[doc = $doc])* $field_vis $name: $ty,)*
        }

        impl $crate::framework::Arguments for $arguments {
            fn parameters() -> Vec<$crate::framework::Parameter> {
                vec![$(
                    <$ty as $crate::framework::Argument>::parameter()
                        .named(stringify!($name), concat!($($doc, "\n"),*))
                ),*]
            }

            fn take(given: &mut $crate::framework::Given) -> Result<Self, $crate::framework::Diagnostics> {
                Ok($arguments { $($name: $crate::framework::Argument::take(given)?),* })
            }
        }
    };
}

/// A [`Function`] of any arguments.
pub trait AnyFunction: Send + Sync {
    /// [`Function::NAME`].
    fn name(&self) -> &'static str;
    /// What it takes and gives.
    fn signature(&self) -> Signature;
    /// What it gives, down to the fields of objects.
    fn result(&self) -> Shape;
    /// [`Function::call`].
    fn call(&self, arguments: Vec<Dynamic>) -> Result<Dynamic, Diagnostics>;
}

impl<F: Function> AnyFunction for F {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: F::SUMMARY,
            description: F::DESCRIPTION,
            parameters: F::Arguments::parameters(),
            output: F::Output::shape().ty(),
        }
    }

    fn result(&self) -> Shape {
        F::Output::shape()
    }

    fn call(&self, arguments: Vec<Dynamic>) -> Result<Dynamic, Diagnostics> {
        let arguments = F::Arguments::take(&mut Given { rest: arguments.into_iter(), taken: 0 })?;
        Ok(Function::call(self, arguments)?.encode())
    }
}
