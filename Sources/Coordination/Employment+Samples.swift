extension Employment {
    /// How many blocks of samples are on their way at once.
    package static let blocksOnTheirWay = BlockStream.window

    /// Takes note of which blocks of samples the work in hand reads, and which are to be expected after it.
    ///
    /// - Parameters:
    ///   - blocks: the work's, each once; those that are here were taken from already.
    ///   - ahead: blocks of what may follow, in the order of need; as many as there is room for are fetched.
    ///   - claim: the work's.
    /// - Returns: what to do about it.
    package mutating func onNeed(_ blocks: [Int], ahead: [Int], of claim: UInt64) -> [Directive] {
        guard bringing?.claim == claim else { return [] }
        stream?.need(blocks, ahead: ahead)
        return goOnStreaming()
    }

    /// Takes note of what looking for a block came to.
    package mutating func onLookUp(_ block: Int, isFound: Bool) -> [Directive] {
        guard let released = stream?.onLookUp(block, isFound: isFound) else { return [] }
        return isFound ? drop(released) + computeIfServed() : [.send(.sampleRequest(block: block))]
    }

    /// Takes note that a block that was asked for is here.
    package mutating func onBlock(_ block: Int) -> [Directive] {
        guard let released = stream?.onBlock(block) else { return [] }
        return drop(released) + goOnStreaming()
    }

    /// Takes note that a block came altered, and asks for it again.
    package mutating func onAltered(_ block: Int) -> [Directive] {
        guard stream?.onAlteration() ?? true else {
            return [
                .fail(
                    """
                    block \(block) of the samples came altered from the coordinator at \(endpoint), \
                    \(BlockStream.alterationLimit) blocks one after another; is a network card or a tunnel broken?
                    """)
            ]
        }
        return [.send(.sampleRequest(block: block))]
    }

    private func drop(_ blocks: [Int]) -> [Directive] { blocks.isEmpty ? [] : [.dropBlocks(blocks)] }

    /// Looks for further blocks, and computes the work in hand once all that it reads was here.
    mutating func goOnStreaming() -> [Directive] {
        var directives: [Directive] = []
        while let block = stream?.next() { directives.append(.lookUp(block: block)) }
        return directives + computeIfServed()
    }

    private mutating func computeIfServed() -> [Directive] {
        guard let work = bringing, stream?.isServed ?? false else { return [] }
        claims.onOrder(work.claim)
        (bringing, broughtNext) = (broughtNext, nil)
        return [.compute(work, withNewParameters: false, generation: generation)]
            + (bringing.map { [.bring($0, withNewParameters: false)] } ?? [])
    }
}
