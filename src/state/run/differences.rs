use crate::messages::text;
use crate::types::{Column, Effort, Parameters};

/// What tells a column from the others of the same model: of each parameter in which they differ, its own value. That a
/// column has a prompt of its own is said in any case.
pub fn differences<'a>(column: &Column, others: impl IntoIterator<Item = &'a Column>) -> Vec<String> {
    let same_model = |other: &&Column| other.model == column.model && other.id != column.id;
    let others: Vec<&Column> = others.into_iter().filter(same_model).collect();
    let mut lines: Vec<String> = column.prompt.iter().map(|_| t!("custom prompt").to_owned()).collect();
    for (name, value) in PARAMETERS {
        let own = value(&column.parameters);
        if others.iter().any(|other| value(&other.parameters) != own) {
            lines.push(format!("{} {}", text(name), own.unwrap_or_else(|| t!("default").into())));
        }
    }
    lines
}

/// A parameter's name and, where it is set, its value for people.
type Parameter = (&'static str, fn(&Parameters) -> Option<String>);

const PARAMETERS: [Parameter; 7] = [
    (n!("temperature"), |parameters| {
        parameters.temperature.map(|value| crate::format::decimal(f64::from(value), 2))
    }),
    (n!("top p"), |parameters| parameters.top_p.map(|value| crate::format::decimal(f64::from(value), 2))),
    (n!("max tokens"), |parameters| parameters.max_tokens.map(|value| value.to_string())),
    (n!("context limit"), |parameters| parameters.context_tokens.map(|value| value.to_string())),
    (n!("seed"), |parameters| parameters.seed.map(|value| value.to_string())),
    (n!("effort"), |parameters| parameters.effort.map(Effort::name).map(Into::into)),
    (n!("native citations"), |parameters| {
        Some(if parameters.native_citations { t!("on") } else { t!("off") }.into())
    }),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ColumnId, ModelRef, PromptTemplate};

    fn column(id: u32, model: ModelRef, parameters: Parameters) -> Column {
        Column { parameters, ..Column::new(ColumnId(id), model) }
    }

    #[test]
    fn only_columns_of_one_model_are_told_apart_and_only_by_what_differs() {
        let warm = Parameters { temperature: Some(0.7), max_tokens: Some(100), ..Parameters::default() };
        let cold = Parameters { temperature: Some(0.0), ..warm.clone() };
        let columns = [
            column(1, ModelRef::SmolLm2, warm.clone()),
            column(2, ModelRef::SmolLm2, cold),
            column(3, ModelRef::Chrome, Parameters::default()),
            column(4, ModelRef::SmolLm2, warm),
        ];
        assert_eq!(differences(&columns[0], &columns), ["temperature 0.70"]);
        assert_eq!(differences(&columns[1], &columns), ["temperature 0.00"]);
        assert!(differences(&columns[2], &columns).is_empty());
        assert!(differences(&columns[0], [&columns[3]]).is_empty());
    }

    #[test]
    fn a_prompt_of_its_own_is_said() {
        let prompt = Some(PromptTemplate { system: String::new(), user: "{{question}}".into() });
        let own = Column { prompt, ..column(1, ModelRef::SmolLm2, Parameters::default()) };
        assert_eq!(differences(&own, []), ["custom prompt"]);
    }

    #[test]
    fn a_parameter_that_only_one_sets_is_default_in_the_other() {
        let set = Parameters { max_tokens: Some(64), native_citations: true, ..Parameters::default() };
        let columns =
            [column(1, ModelRef::SmolLm2, set), column(2, ModelRef::SmolLm2, Parameters::default())];
        assert_eq!(differences(&columns[0], &columns), ["max tokens 64", "native citations on"]);
        assert_eq!(differences(&columns[1], &columns), ["max tokens default", "native citations off"]);
    }
}
