//! Markdown → blocks of plain, readable text.
//!
//! CommonMark with tables, footnotes, task lists and front matter, as events of pulldown-cmark; marks of
//! emphasis and link addresses go, words and code stay. HTML inside goes through the HTML reader.

use super::{Builder, html};
use crate::types::BlockKind;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Reads a Markdown text.
pub fn read(text: &str, builder: &mut Builder) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut reader = Reader::over(builder);
    for event in Parser::new_ext(text, options) {
        reader.event(event);
    }
    reader.flush();
}

#[derive(Debug)]
struct Reader<'b> {
    builder: &'b mut Builder,
    inline: String,
    heading: Option<u8>,
    quote: usize,
    items: usize,
    lists: Vec<Option<u64>>,
    marker: Option<String>,
    /// Label of the footnote that is open, until its first block took it.
    note: Option<String>,
    in_note: bool,
    code: bool,
    metadata: bool,
    html: Option<String>,
    /// Whether a table is open, and whether its row has a cell already.
    table: Option<bool>,
}

impl<'b> Reader<'b> {
    fn over(builder: &'b mut Builder) -> Self {
        Self {
            builder,
            inline: String::new(),
            heading: None,
            quote: 0,
            items: 0,
            lists: Vec::new(),
            marker: None,
            note: None,
            in_note: false,
            code: false,
            metadata: false,
            html: None,
            table: None,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.inline.push_str(&text);
            }
            Event::Html(text) => match &mut self.html {
                Some(html) => html.push_str(&text),
                None => self.inline_html(&text),
            },
            Event::InlineHtml(text) => self.inline_html(&text),
            Event::FootnoteReference(label) => self.inline.push_str(&format!("[{label}]")),
            Event::SoftBreak | Event::HardBreak => {
                self.inline.push(if self.table.is_some() { ' ' } else { '\n' })
            }
            Event::Rule => self.flush(),
            Event::TaskListMarker(done) => self.inline.push_str(if done { "[x] " } else { "[ ] " }),
        }
    }

    /// Tags within text carry no words; a line break is one.
    fn inline_html(&mut self, tag: &str) {
        if tag.to_ascii_lowercase().starts_with("<br") {
            self.inline.push(if self.table.is_some() { ' ' } else { '\n' });
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition => self.flush(),
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(level as u8);
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.quote += 1;
            }
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = true;
            }
            Tag::HtmlBlock => {
                self.flush();
                self.html = Some(String::new());
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                self.items += 1;
                self.marker = Some(self.next_marker());
            }
            Tag::FootnoteDefinition(label) => {
                self.flush();
                self.note = Some(label.into_string());
                self.in_note = true;
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(false);
            }
            Tag::TableHead | Tag::TableRow => self.table = Some(false),
            Tag::TableCell => {
                if self.table == Some(true) {
                    self.inline.push('\t');
                }
                self.table = Some(true);
            }
            Tag::MetadataBlock(_) => {
                self.flush();
                self.metadata = true;
            }
            Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. } => {}
        }
    }

    /// What stands before the next item of the innermost list.
    fn next_marker(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.heading = None;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quote = self.quote.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                self.flush();
                self.code = false;
            }
            TagEnd::HtmlBlock => {
                if let Some(text) = self.html.take() {
                    html::read_fragment(&text, self.builder);
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush();
                self.items = self.items.saturating_sub(1);
                self.marker = None;
            }
            TagEnd::FootnoteDefinition => {
                self.flush();
                self.note = None;
                self.in_note = false;
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.inline);
                self.table = None;
                self.builder.block(BlockKind::Table, &rows);
            }
            TagEnd::TableHead | TagEnd::TableRow => self.inline.push('\n'),
            TagEnd::MetadataBlock(_) => self.end_metadata(),
            TagEnd::Paragraph
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => self.flush(),
            TagEnd::TableCell
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => {}
        }
    }

    fn end_metadata(&mut self) {
        self.metadata = false;
        let fields = std::mem::take(&mut self.inline);
        if self.builder.title.is_none() {
            self.builder.title = title_field(&fields);
        }
        self.builder.block(BlockKind::Paragraph, &fields);
    }

    fn flush(&mut self) {
        // Within a table and front matter everything up to the end is one block.
        if self.table.is_some() || self.metadata || self.inline.trim().is_empty() {
            if self.table.is_none() && !self.metadata {
                self.inline.clear();
            }
            return;
        }
        let kind = match self.heading {
            Some(level) => BlockKind::Heading(level),
            None if self.in_note => BlockKind::Note,
            None if self.code => BlockKind::Code,
            None if self.items > 0 => BlockKind::ListItem,
            None if self.quote > 0 => BlockKind::Quote,
            None => BlockKind::Paragraph,
        };
        let note = self.note.take().map(|label| format!("[{label}] ")).unwrap_or_default();
        let marker =
            if self.heading.is_none() { self.marker.take().unwrap_or_default() } else { String::new() };
        let text = std::mem::take(&mut self.inline);
        if self.builder.title.is_none() && self.heading == Some(1) {
            self.builder.title = Some(text.clone());
        }
        self.builder.block(kind, &format!("{note}{marker}{text}"));
    }
}

/// The value of `title:` or `title =` in front matter.
fn title_field(fields: &str) -> Option<String> {
    fields.lines().find_map(|line| {
        let rest = line.strip_prefix("title")?.trim_start();
        let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix('='))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    })
}
