import Checkpoints

/// As tensors: `trees.shares` `[classes]` and `trees.values` `[1]` (how many a sample has); of all trees, one after the
/// other, `trees.roots` `[trees]` (the number of each one's first node), `trees.inputs`, `trees.thresholds` and
/// `trees.next` `[nodes]` (see `DecisionTree.Node`; a node's number counts from its tree's root, a leaf's row from its
/// tree's first) and `trees.leaves` `[leaves, classes]`.
extension Forest {
    /// What a file keeps.
    var tensors: [(name: String, type: TensorType, shape: [Int], bytes: [UInt8])] {
        func bytes<Value>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
        let nodes = trees.flatMap(\.nodes)
        let leaves = trees.flatMap(\.shares)
        var (roots, next) = ([Int32](), Int32(0))
        for tree in trees {
            roots.append(next)
            next += Int32(tree.nodes.count)
        }
        return [
            ("trees.shares", .float32, [classes], bytes(shares)), ("trees.values", .int32, [1], bytes([Int32(inputs)])),
            ("trees.roots", .int32, [trees.count], bytes(roots)),
            ("trees.inputs", .int32, [nodes.count], bytes(nodes.map(\.input))),
            ("trees.thresholds", .float32, [nodes.count], bytes(nodes.map(\.threshold))),
            ("trees.next", .int32, [nodes.count], bytes(nodes.map(\.next))),
            ("trees.leaves", .float32, [leaves.count / classes, classes], bytes(leaves)),
        ]
    }

    /// That of a file; nil when a number can't be right.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - classes: how many classes there are.
    /// - Throws: `TensorFileError` for a file without a tensor that it needs, or with one of another shape.
    init?(_ file: TensorFile, classes: Int) throws(TensorFileError) {
        let shares = Array(try file.floats("trees.shares", shape: [classes]))
        let counts = try file.int32s("trees.values", shape: [1])
        let inputs = Int(counts[0])
        let roots = Array(try file.int32s("trees.roots"))
        let asked = try file.int32s("trees.inputs")
        let thresholds = try file.floats("trees.thresholds", shape: [asked.count])
        let next = try file.int32s("trees.next", shape: [asked.count])
        let leaves = try file.floats("trees.leaves")
        guard inputs > 0, shares.allSatisfy({ (0...1).contains($0) }), leaves.count.isMultiple(of: classes) else {
            return nil
        }
        var (trees, place, leaf) = ([DecisionTree](), 0, 0)
        for (number, root) in roots.enumerated() {
            let end = number + 1 < roots.count ? Int(roots[number + 1]) : asked.count
            guard root == place, end > place, end <= asked.count else { return nil }
            let nodes = (place..<end).map {
                DecisionTree.Node(input: asked[$0], threshold: thresholds[$0], next: next[$0])
            }
            let own = leaf..<leaf + nodes.count { $0.input < 0 } * classes
            guard own.upperBound <= leaves.count else { return nil }
            let tree = DecisionTree(nodes: nodes, shares: Array(leaves[own]))
            guard tree.isSound(inputs: inputs, classes: classes) else { return nil }
            trees.append(tree)
            (place, leaf) = (end, own.upperBound)
        }
        guard place == asked.count, leaf == leaves.count else { return nil }
        self.init(inputs: inputs, shares: shares, trees: trees)
    }
}
