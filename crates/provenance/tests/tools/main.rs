//! Every tool with every form it is known to leave, what is no sign of any tool, and what hostile
//! or rewritten messages make of it.

#[cfg(test)]
mod aider;
#[cfg(test)]
mod amazon_q;
#[cfg(test)]
mod claude_code;
#[cfg(test)]
mod cody;
#[cfg(test)]
mod cursor;
#[cfg(test)]
mod false_friends;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod kiro;
#[cfg(test)]
mod others;
#[cfg(test)]
mod support;
#[cfg(test)]
mod survival;
