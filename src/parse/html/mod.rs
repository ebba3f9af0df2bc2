//! HTML → blocks.
//!
//! html5ever builds the tree as a browser would; the tree is then walked edge by edge without recursion, so
//! that nesting cannot overflow the stack. Scripts, styles, templates and drawings are dropped, and text that a browser
//! would not show is left out with a warning; every other word of the page is kept, in document order. Nothing is loaded
//! and nothing is run.

mod elements;
mod flat;
mod hidden;
mod xhtml;

use super::Builder;
use super::clean::collapse_into;
use crate::types::BlockKind;
use crate::types::problem::warning;
use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use elements::{heading_level, is_block, is_skipped};
use scraper::{ElementRef, Html, Node};
use std::borrow::Cow;
use std::collections::HashSet;

/// Open elements beyond which a browser's tree building takes quadratic time; real pages stay below 100.
const MAX_DEPTH: usize = 2_000;

/// Reads a whole page. One that hides all of its text until a script runs is read nevertheless.
pub fn read(text: &str, builder: &mut Builder) {
    let text = if xhtml::is_xhtml(text) { xhtml::to_html(text) } else { Cow::Borrowed(text) };
    read_html(&text, true, builder);
}

/// Reads a part of a document that is written in HTML.
pub fn read_fragment(text: &str, builder: &mut Builder) {
    read_html(text, false, builder);
}

/// Reads a part of a document that is written in XML.
pub fn read_xhtml(text: &str, builder: &mut Builder) {
    read_html(&xhtml::to_html(text), false, builder);
}

fn read_html(text: &str, is_whole: bool, builder: &mut Builder) {
    if flat::depth_exceeds(text, MAX_DEPTH) {
        builder.warn(warning::nested_too_deep(MAX_DEPTH));
        flat::read(text, builder);
        return;
    }
    let html = Html::parse_document(text);
    let hidden = Hidden { by_styles: hidden::by_styles(&html) };
    let left_out = walk(&html, |element| hidden.has(element), builder);
    if is_whole && builder.block_count() == 0 && !left_out.trim().is_empty() {
        builder.warn(warning::all_hidden());
        walk(&html, |_| false, builder);
    } else {
        builder.hide(&left_out);
    }
}

/// What a browser does not show.
struct Hidden {
    by_styles: HashSet<NodeId>,
}

impl Hidden {
    fn has(&self, element: ElementRef<'_>) -> bool {
        self.by_styles.contains(&element.id()) || hidden::by_itself(element)
    }
}

/// Pushes the blocks of a page. Gives the text of the elements that are left out by `is_hidden`.
fn walk(html: &Html, is_hidden: impl Fn(ElementRef<'_>) -> bool, builder: &mut Builder) -> String {
    let mut walker = Walker::over(builder);
    let mut left_out = String::new();
    let mut skipped = None;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => {
                if skipped.is_some() {
                    continue;
                }
                match node.value() {
                    Node::Text(text) => walker.text(&text.text),
                    Node::Element(element) if is_skipped(element.name()) => skipped = Some(node.id()),
                    Node::Element(_) if ElementRef::wrap(node).is_some_and(&is_hidden) => {
                        shown_text(node, &mut left_out);
                        skipped = Some(node.id());
                    }
                    Node::Element(element) => {
                        let name = element.name();
                        // Whether a table holds data is asked only where the answer is used.
                        let data = name == "table" && !walker.in_table() && is_data_table(node);
                        walker.open(name, element.attr("start"), data);
                    }
                    _ => {}
                }
            }
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none()
                    && let Node::Element(element) = node.value()
                {
                    walker.close(element.name());
                }
            }
        }
    }
    walker.flush();
    left_out
}

/// Appends the text below a node, scripts and the like left out.
fn shown_text(node: NodeRef<'_, Node>, out: &mut String) {
    for descendant in node.descendants() {
        let is_code = || {
            let parent = descendant.parent();
            parent.is_some_and(|parent| {
                parent.value().as_element().is_some_and(|element| is_skipped(element.name()))
            })
        };
        if let Node::Text(text) = descendant.value()
            && !is_code()
        {
            collapse_into(&text.text, out);
            collapse_into(" ", out);
        }
    }
}

/// A table holds data when no table, heading, list or form lies inside; the others lay out a page.
fn is_data_table(table: ego_tree::NodeRef<'_, Node>) -> bool {
    !table.descendants().skip(1).any(|node| {
        node.value().as_element().is_some_and(|element| {
            matches!(
                element.name(),
                "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "form" | "pre" | "article"
            )
        })
    })
}

/// A table of data while it is read.
#[derive(Debug, Default)]
struct Table {
    rows: String,
    cells_in_row: usize,
    cell: String,
}

#[derive(Debug)]
struct Walker<'b> {
    builder: &'b mut Builder,
    inline: String,
    in_title: bool,
    title: String,
    heading: Option<u8>,
    pre: usize,
    quote: usize,
    items: usize,
    /// Open lists: the next number of an ordered one.
    lists: Vec<Option<u64>>,
    marker: Option<String>,
    table: Option<Table>,
}

impl Walker<'_> {
    fn in_table(&self) -> bool {
        self.table.is_some()
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
        } else if let Some(table) = &mut self.table {
            collapse_into(text, &mut table.cell);
        } else if self.pre > 0 {
            self.inline.push_str(text);
        } else {
            collapse_into(text, &mut self.inline);
        }
    }

    fn open(&mut self, name: &str, start: Option<&str>, data: bool) {
        if name == "title" {
            self.in_title = true;
        }
        if let Some(table) = &mut self.table {
            match name {
                "td" | "th" => table.cell.clear(),
                name if is_block(name) || name == "br" => collapse_into(" ", &mut table.cell),
                _ => {}
            }
            return;
        }
        if name == "br" {
            let kept = self.inline.trim_end_matches(' ').len();
            self.inline.truncate(kept);
            self.inline.push('\n');
            return;
        }
        if !is_block(name) {
            return;
        }
        self.flush();
        match name {
            "table" if data => self.table = Some(Table::default()),
            "pre" | "listing" | "xmp" | "plaintext" | "textarea" => self.pre += 1,
            "blockquote" => self.quote += 1,
            "ul" | "menu" | "dir" => self.lists.push(None),
            "ol" => self.lists.push(Some(start.and_then(|start| start.trim().parse().ok()).unwrap_or(1))),
            "li" => {
                self.items += 1;
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "- ".to_owned(),
                });
            }
            name => self.heading = heading_level(name).or(self.heading),
        }
    }

    fn close(&mut self, name: &str) {
        if name == "title" && self.in_title {
            self.in_title = false;
            let title = std::mem::take(&mut self.title);
            self.builder.title.get_or_insert(title);
        }
        if let Some(table) = &mut self.table {
            match name {
                "td" | "th" | "caption" => {
                    if table.cells_in_row > 0 {
                        table.rows.push('\t');
                    }
                    table.rows.push_str(table.cell.trim());
                    table.cells_in_row += 1;
                    table.cell.clear();
                    if name == "caption" {
                        table.rows.push('\n');
                        table.cells_in_row = 0;
                    }
                }
                "tr" => {
                    table.rows.push('\n');
                    table.cells_in_row = 0;
                }
                "table" => {
                    let table = self.table.take().unwrap_or_default();
                    self.builder.block(BlockKind::Table, &format!("{}{}", table.rows, table.cell.trim()));
                }
                name if is_block(name) => collapse_into(" ", &mut table.cell),
                _ => {}
            }
            return;
        }
        if !is_block(name) {
            // Cells of a table that lays out the page, and such, are parted by their own block rules.
            return;
        }
        self.flush();
        match name {
            "pre" | "listing" | "xmp" | "plaintext" | "textarea" => self.pre = self.pre.saturating_sub(1),
            "blockquote" => self.quote = self.quote.saturating_sub(1),
            "ul" | "menu" | "dir" | "ol" => {
                self.lists.pop();
            }
            "li" => {
                self.items = self.items.saturating_sub(1);
                self.marker = None;
            }
            name if heading_level(name).is_some() => self.heading = None,
            _ => {}
        }
    }

    /// Pushes what was gathered as one block.
    fn flush(&mut self) {
        if self.inline.trim().is_empty() {
            self.inline.clear();
            return;
        }
        let kind = match self.heading {
            Some(level) => BlockKind::Heading(level),
            None if self.pre > 0 => BlockKind::Code,
            None if self.items > 0 => BlockKind::ListItem,
            None if self.quote > 0 => BlockKind::Quote,
            None => BlockKind::Paragraph,
        };
        let text = std::mem::take(&mut self.inline);
        let marker =
            if self.heading.is_none() { self.marker.take().unwrap_or_default() } else { String::new() };
        if marker.is_empty() && self.pre > 0 {
            self.builder.block(kind, text.trim_matches('\n'));
        } else {
            self.builder.block(kind, &format!("{marker}{}", text.trim()));
        }
    }
}

impl<'b> Walker<'b> {
    /// The state before the first node, over `builder`.
    fn over(builder: &'b mut Builder) -> Self {
        Self {
            builder,
            inline: String::new(),
            in_title: false,
            title: String::new(),
            heading: None,
            pre: 0,
            quote: 0,
            items: 0,
            lists: Vec::new(),
            marker: None,
            table: None,
        }
    }
}
