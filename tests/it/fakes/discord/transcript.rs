//! Channels as people read them, and everything at once for a test that failed.

use std::fmt::Write as _;

use super::ids::ChannelId;
use super::message::Message;
use super::state::{ChannelKind, State};
use super::{Discord, MessageId, mentions};

impl State {
    /// What stands in `channel`: names in place of numbers, no times, and nothing else that differs between two runs.
    pub fn transcript(&self, channel: ChannelId) -> String {
        let Some(channel) = self.channels.get(&channel) else { return "(no such channel)\n".to_owned() };
        let mut shown = match channel.kind {
            ChannelKind::Text => format!("#{}\n", channel.name),
            ChannelKind::Thread { .. } => format!("thread \"{}\"\n", channel.name),
            ChannelKind::Direct { .. } => format!("direct messages with {}\n", channel.name),
        };
        for message in channel.messages.values() {
            self.write(message, &mut shown);
        }
        shown
    }

    fn write(&self, message: &Message, shown: &mut String) {
        let name = |id| self.users.get(&id).map_or("(somebody)", |user| user.name.as_str());
        let mut marks = Vec::new();
        if let Some(to) = message.reply_to {
            let author = self.message(to).map_or("a deleted message", |message| name(message.author));
            marks.push(format!("replying to {author}"));
        }
        if let Some(asked) = message.interaction.and_then(|id| self.interactions.of(id)) {
            marks.push(format!("for {}", name(asked.user)));
        }
        if let Some(user) = message.private_to {
            marks.push(format!("only {} sees this", name(user)));
        }
        if message.edits > 0 {
            marks.push("edited".to_owned());
        }
        let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
        let _ = writeln!(shown, "\n{}{marks}:", name(message.author));
        let text =
            if message.is_thinking { "… is thinking".to_owned() } else { mentions::readable(self, &message.content) };
        for line in text.lines() {
            let _ = writeln!(shown, "{}", format!("    {line}").trim_end());
        }
        let embeds = message.embeds.as_array().into_iter().flatten();
        for line in embeds.flat_map(|embed| [&embed["title"], &embed["description"], &embed["footer"]["text"]]) {
            line.as_str().into_iter().flat_map(str::lines).for_each(|line| {
                let _ = writeln!(shown, "{}", format!("    | {line}").trim_end());
            });
        }
        let buttons: Vec<String> = message.buttons().iter().map(|button| format!("[{}]", button.label)).collect();
        let reactions = message.reactions.iter().map(|(emoji, users)| {
            format!("{emoji} {}", users.iter().map(|&user| name(user)).collect::<Vec<_>>().join(", "))
        });
        for line in [buttons.join(" "), reactions.collect::<Vec<_>>().join("; ")].iter().filter(|line| !line.is_empty())
        {
            let _ = writeln!(shown, "    {line}");
        }
        if let Some(thread) = message.thread.and_then(|id| self.channels.get(&id)) {
            let _ = writeln!(shown, "    thread: {}", thread.name);
        }
    }

    /// Everything, for a test that failed.
    pub fn report(&self) -> String {
        let mut report = String::new();
        for &channel in self.channels.keys() {
            let all = self.transcript(channel);
            let lines: Vec<&str> = all.lines().collect();
            let tail = &lines[lines.len().saturating_sub(60)..];
            let _ = writeln!(report, "{}\n", tail.join("\n"));
        }
        let recent = self.ledger.refused.iter().rev().take(20).rev().collect::<Vec<_>>();
        let connected = if self.sessions.is_connected() { "connected" } else { "not connected" };
        let _ = writeln!(report, "the bot is {connected}; {:?}", self.ledger.counts);
        let _ = writeln!(report, "refused lately: {recent:#?}\nviolations: {:#?}", self.ledger.violations);
        report
    }
}

impl Discord {
    /// The text of a message.
    pub fn text(&self, message: MessageId) -> String {
        self.look(|state| state.message(message).map_or_else(String::new, |message| message.content.clone()))
    }

    /// How often a message was edited.
    pub fn edits(&self, message: MessageId) -> u32 {
        self.look(|state| state.message(message).map_or(0, |message| message.edits))
    }
}
