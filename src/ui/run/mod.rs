pub mod card;
pub mod follow_up;
pub mod head;
pub mod history;
