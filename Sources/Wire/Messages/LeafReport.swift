import CWire

/// The sums of a claim's leaves; their vectors follow as raw frames in the nodes' order.
package struct LeafReport: Equatable, Sendable {
    /// What is counted in one complete subtree.
    package struct Node: Equatable, Sendable {
        /// The leaves in it.
        package var leaves: Range<Int>
        /// The sums of their figures, in the job's order.
        package var figures: [Double]

        /// A subtree's figures.
        package init(leaves: Range<Int>, figures: [Double]) { (self.leaves, self.figures) = (leaves, figures) }
    }
    /// What came of the leaves.
    package enum Content: Equatable, Sendable {
        /// Their complete subtrees from left to right.
        case nodes([Node])
        /// A sum is infinite or not a number.
        case notFinite
    }
    /// No node has more figures.
    package static let figureLimit = 16
    /// The claim's number.
    package var claim: UInt64
    /// The round.
    package var round: Int
    /// The leaves.
    package var leaves: Range<Int>
    /// What came of them.
    package var content: Content
    /// How long computing took, to a microsecond.
    package var computing: Duration
    /// For how long the worker had nothing to compute because samples were on their way to it, to a microsecond.
    package var gathering: Duration

    /// A report.
    package init(
        claim: UInt64, round: Int, leaves: Range<Int>, content: Content, computing: Duration = .zero,
        gathering: Duration = .zero
    ) {
        (self.claim, self.round, self.leaves) = (claim, round, leaves)
        (self.content, self.computing, self.gathering) = (content, computing, gathering)
    }
}

extension MessageForm {
    /// A worker's sums.
    static let leafReport = MessageForm(
        SSRM__WIRE__HEADER__BODY_LEAF_REPORT, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_SUM
    ) { header throws(WireError) in
        .leafReport(try LeafReport(header.leaf_report.pointee))
    } write: { message, header, arena in
        guard case .leafReport(let report) = message else { return false }
        header.leaf_report = arena.report(report)
        return true
    }
}

extension LeafReport {
    fileprivate init(_ body: Ssrm__Wire__LeafReport) throws(WireError) {
        guard body.n_nodes <= Envelope.frameLimit else { throw .malformedHeader("\(body.n_nodes) nodes") }
        guard body.not_finite == 0 || body.n_nodes == 0 else {
            throw .malformedHeader("nodes beside the word that there are none")
        }
        var nodes: [Node] = []
        for i in 0..<body.n_nodes {
            guard let node = body.nodes[i]?.pointee else { throw .malformedHeader("node \(i) is missing") }
            guard node.n_figures <= Self.figureLimit else { throw .malformedHeader("\(node.n_figures) figures") }
            nodes.append(
                Node(
                    leaves: try Wire.leaves(node.first_leaf, node.leaf_count),
                    figures: Array(UnsafeBufferPointer(start: node.figures, count: node.n_figures))))
        }
        self.init(
            claim: try Wire.claim(body.claim), round: try number(body.round),
            leaves: try Wire.leaves(body.first_leaf, body.leaf_count),
            content: body.not_finite == 0 ? .nodes(nodes) : .notFinite,
            computing: .microseconds(try number(body.compute_microseconds)),
            gathering: .microseconds(try number(body.gather_microseconds)))
    }
}

extension Arena {
    fileprivate func report(_ report: LeafReport) -> UnsafeMutablePointer<Ssrm__Wire__LeafReport> {
        make(ssrm__wire__leaf_report__init) {
            $0.claim = report.claim
            $0.round = UInt64(report.round)
            $0.first_leaf = UInt32(report.leaves.lowerBound)
            $0.leaf_count = UInt32(report.leaves.count)
            $0.compute_microseconds = UInt64(report.computing.microseconds)
            $0.gather_microseconds = UInt64(report.gathering.microseconds)
            guard case .nodes(let nodes) = report.content else { return $0.not_finite = 1 }
            $0.n_nodes = nodes.count
            $0.nodes = pointers(nodes.map(node))
        }
    }

    private func node(_ node: LeafReport.Node) -> UnsafeMutablePointer<Ssrm__Wire__Node> {
        make(ssrm__wire__node__init) {
            $0.first_leaf = UInt32(node.leaves.lowerBound)
            $0.leaf_count = UInt32(node.leaves.count)
            let figures = allocate(Double.self, count: node.figures.count)
            figures.update(from: node.figures, count: node.figures.count)
            ($0.n_figures, $0.figures) = (node.figures.count, figures)
        }
    }
}
