import Recognition

extension ONNXGraph {
    /// What a forest says about samples: the mean of the shares of the leaves that each comes to.
    ///
    /// - Parameters:
    ///   - forest: the forest.
    ///   - values: `[samples, forest.inputs]`.
    /// - Returns: `[samples, classes]`.
    func probabilities(_ forest: Forest, of values: String) -> String {
        guard !forest.trees.isEmpty else {
            let samples = slice(add("Shape", [values]), 0, 1, axis: 0)
            let size = add("Concat", [samples, wholes([forest.classes])], [("axis", .whole(0))])
            return add("Expand", [floats(forest.shares, [1, forest.classes], named: "trees.shares"), size])
        }
        // A node's number counts from its tree's root.
        var (trees, numbers, inputs, yes, no) = ([Int](), [Int](), [Int](), [Int](), [Int]())
        var (thresholds, kinds) = ([Double](), [String]())
        var (leafTrees, leafNumbers, classes, shares) = ([Int](), [Int](), [Int](), [Double]())
        for (tree, grown) in forest.trees.enumerated() {
            for (number, node) in grown.nodes.enumerated() {
                let (isLeaf, next) = (node.input < 0, Int(node.next))
                trees.append(tree)
                numbers.append(number)
                inputs.append(isLeaf ? 0 : Int(node.input))
                thresholds.append(isLeaf ? 0 : Double(node.threshold))
                kinds.append(isLeaf ? "LEAF" : "BRANCH_LEQ")
                yes.append(isLeaf ? 0 : next)
                no.append(isLeaf ? 0 : next + 1)
                for class_ in 0..<(isLeaf ? forest.classes : 0) {
                    leafTrees.append(tree)
                    leafNumbers.append(number)
                    classes.append(class_)
                    shares.append(Double(grown.shares[next * forest.classes + class_]))
                }
            }
        }
        // In 64 bits, as the program sums them: what is made of the sums tells small ones apart.
        return add(
            "TreeEnsembleRegressor", of: .trees, [cast(values, to: .double)],
            [
                ("n_targets", .whole(forest.classes)), ("aggregate_function", .text("AVERAGE")),
                ("nodes_treeids", .wholes(trees)), ("nodes_nodeids", .wholes(numbers)),
                ("nodes_featureids", .wholes(inputs)), ("nodes_values_as_tensor", .doubles(thresholds)),
                ("nodes_modes", .texts(kinds)), ("nodes_truenodeids", .wholes(yes)),
                ("nodes_falsenodeids", .wholes(no)),
                ("target_treeids", .wholes(leafTrees)), ("target_nodeids", .wholes(leafNumbers)),
                ("target_ids", .wholes(classes)), ("target_weights_as_tensor", .doubles(shares)),
            ])
    }

    /// What a network reads of a forest's answers `[samples, classes]`: the logarithm of each class's odds, of the
    /// first alone where there are two.
    func logarithmsOfOdds(_ probabilities: String, classes: Int) -> String {
        let own = classes == 2 ? slice(probabilities, 0, 1, axis: 1) : probabilities
        let (wide, little) = (cast(own, to: .double), doubles([Forest.leastOdds], [], named: "least_odds"))
        let other = add("Sub", [doubles([1], [], named: "one_64"), wide])
        let odds = add("Div", [add("Add", [wide, little]), add("Add", [other, little])])
        return cast(add("Log", [odds]), to: .float)
    }
}
