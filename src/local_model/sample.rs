//! Logits → the next token: greedy, or by temperature and nucleus from a seed, with a guard against repetition.

use crate::random::SplitMix64;
use crate::types::Parameters;

/// How many of the newest generated tokens the penalty looks at.
const WINDOW: usize = 64;

/// How the next token is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    /// 0 takes the most likely token.
    pub temperature: f32,
    /// Smallest set of most likely tokens whose probability reaches this is drawn from (Holtzman et al. 2020).
    pub top_p: f32,
    /// Divides the logits of tokens that were just generated (Keskar et al. 2019); 1 does nothing.
    pub repetition_penalty: f32,
    random: SplitMix64,
}

impl Sampler {
    /// From a request's parameters: temperature 0, top-p 0.95 and seed 0 unless given. A small model loops when left
    /// alone, so the penalty is 1.1.
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            temperature: parameters.temperature.unwrap_or(0.0).max(0.0),
            top_p: parameters.top_p.unwrap_or(0.95).clamp(0.0, 1.0),
            repetition_penalty: 1.1,
            random: SplitMix64(parameters.seed.unwrap_or(0)),
        }
    }

    /// Chooses from `logits`, changing them; `generated` are the answer's tokens so far. `None` if there is no choice.
    pub fn next(&mut self, logits: &mut [f32], generated: &[u32]) -> Option<u32> {
        let recent = generated.get(generated.len().saturating_sub(WINDOW)..).unwrap_or_default();
        for (at, token) in recent.iter().enumerate() {
            let seen = recent.iter().take(at).any(|earlier| earlier == token);
            if let Some(logit) = logits.get_mut(*token as usize).filter(|_| !seen) {
                *logit = if *logit > 0.0 {
                    *logit / self.repetition_penalty
                } else {
                    *logit * self.repetition_penalty
                };
            }
        }
        let best =
            logits.iter().enumerate().fold(None, |best: Option<(usize, f32)>, (at, logit)| match best {
                Some((_, most)) if most >= *logit || logit.is_nan() => best,
                _ => Some((at, *logit)),
            })?;
        if self.temperature == 0.0 {
            return u32::try_from(best.0).ok();
        }
        // Tokens below e^-15 of the best cannot matter; sorting all of them would cost more than the forward pass.
        let floor = best.1 - 15.0 * self.temperature;
        let likely = logits.iter().enumerate().filter(|(_, logit)| **logit >= floor);
        let mut likely: Vec<(usize, f32)> =
            likely.map(|(at, logit)| (at, ((logit - best.1) / self.temperature).exp())).collect();
        likely.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total: f32 = likely.iter().map(|(_, weight)| weight).sum();
        let mut kept = 0.0;
        let nucleus = likely.iter().position(|(_, weight)| {
            kept += weight;
            kept >= self.top_p * total
        });
        likely.truncate(nucleus.map_or(likely.len(), |last| last + 1));
        let mut left = self.random.next_f32() * likely.iter().map(|(_, weight)| weight).sum::<f32>();
        let drawn = likely.iter().find(|(_, weight)| {
            left -= weight;
            left < 0.0
        });
        drawn.or(likely.last()).and_then(|(at, _)| u32::try_from(*at).ok())
    }
}

/// Whether `tokens` end in the same few tokens over and over: a cycle of up to 64 tokens, three times for long ones,
/// more for short ones (`- - - -` may be a rule, `ha ha ha` a laugh).
pub(super) fn is_looping(tokens: &[u32]) -> bool {
    (1..=64usize).any(|cycle| {
        let times = 24usize.div_ceil(cycle).max(3);
        let tail = tokens.len().checked_sub(cycle * times).and_then(|start| tokens.get(start..));
        tail.is_some_and(|tail| tail.iter().zip(tail.iter().skip(cycle)).all(|(a, b)| a == b))
    })
}
