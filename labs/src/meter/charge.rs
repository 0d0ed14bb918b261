//! Where a body's basic blocks begin and what each of them costs.

use wasmparser::Operator;

use super::prices::price;

/// A run of instructions that are executed together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Position among the body's operators before which the block is paid.
    pub first: usize,
    /// Price of all its instructions.
    pub cost: u64,
    /// Whether control can come around again here, so that the gas must be looked at.
    pub head: bool,
}

/// An open `block`, `loop` or `if`.
struct Frame {
    is_loop: bool,
    /// Whether control can reach its `end` other than by falling through.
    joined: bool,
}

/// Splits a body into blocks. The first is that of the function's entry.
pub(super) fn blocks(operators: &[Operator<'_>]) -> Vec<Block> {
    let mut splitter = Splitter {
        blocks: Vec::new(),
        frames: vec![Frame {
            is_loop: false,
            joined: false,
        }],
    };
    splitter.open(0, true);
    for (index, operator) in operators.iter().enumerate() {
        splitter.pay(price(operator));
        splitter.operator(index, operator);
    }
    splitter.blocks
}

struct Splitter {
    blocks: Vec<Block>,
    frames: Vec<Frame>,
}

impl Splitter {
    fn open(&mut self, first: usize, head: bool) {
        self.blocks.push(Block {
            first,
            cost: 0,
            head,
        });
    }

    fn pay(&mut self, cost: u64) {
        if let Some(block) = self.blocks.last_mut() {
            block.cost += cost;
        }
    }

    fn operator(&mut self, index: usize, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } => self.frames.push(Frame {
                is_loop: false,
                joined: false,
            }),
            Operator::Loop { .. } => {
                self.frames.push(Frame {
                    is_loop: true,
                    joined: false,
                });
                // The price of `loop` belongs to the round, not to what precedes it.
                if let Some(block) = self.blocks.last_mut() {
                    block.cost -= price(operator);
                }
                self.open(index + 1, true);
                self.pay(price(operator));
            }
            Operator::If { .. } => {
                self.frames.push(Frame {
                    is_loop: false,
                    joined: true,
                });
                self.open(index + 1, false);
            }
            Operator::Else => self.open(index + 1, false),
            Operator::End if self.frames.pop().is_some_and(|f| f.joined) => {
                self.open(index + 1, false);
            }
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.join(*relative_depth);
                self.open(index + 1, false);
            }
            Operator::BrTable { targets } => {
                self.join(targets.default());
                for depth in targets.targets().flatten() {
                    self.join(depth);
                }
                self.open(index + 1, false);
            }
            Operator::Return | Operator::Unreachable => self.open(index + 1, false),
            _ => (),
        }
    }

    /// Notes a branch to the frame `depth` levels out. A branch to a loop goes to its head.
    fn join(&mut self, depth: u32) {
        let last = self.frames.len().wrapping_sub(1);
        let target = last.wrapping_sub(depth as usize);
        if let Some(frame) = self.frames.get_mut(target)
            && !frame.is_loop
        {
            frame.joined = true;
        }
    }
}
