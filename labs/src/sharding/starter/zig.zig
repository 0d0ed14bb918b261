//! Sharding: the key modulo the number of nodes. It runs, and it is not good: clients that heard of
//! the nodes in another order disagree, and weights are ignored.

/// Members, in the order in which they came; at most 256 at once.
var nodes: [256]i64 = undefined;
var count: usize = 0;

export fn abi_version() i32 {
    return 1;
}

/// A node joins. Weight 2 should get twice the keys of weight 1.
export fn add_node(id: i64, weight: i32) void {
    _ = weight;
    if (count == nodes.len) return;
    nodes[count] = id;
    count += 1;
}

/// A member leaves.
export fn remove_node(id: i64) void {
    var kept: usize = 0;
    for (nodes[0..count]) |node| {
        if (node == id) continue;
        nodes[kept] = node;
        kept += 1;
    }
    count = kept;
}

/// The member that holds the key.
export fn place(key: i64) i64 {
    const k: u64 = @intCast(key);
    return nodes[@intCast(k % count)];
}
