/// A step of a batch as a recurrent layer visits it, or some of its rows.
struct RecurrentStep {
    /// How many steps are visited before it.
    let visit: Int
    /// How many sequences the batch has.
    let sequences: Int
    /// How many rows there are.
    let rows: Int
    /// The first of them.
    let row: Int
    /// The first one's place in the step.
    let place: Int
    /// How many of them, from the first on, have a step visited before.
    let beforeRows: Int
    /// The first row of that step.
    let beforeRow: Int
    /// How many of them have a step visited after.
    let laterRows: Int

    /// The steps of `batch` in the order in which they are visited.
    ///
    /// Made at once: where both directions' threads ask the batch again and again, they fight for its count of holders.
    static func visits(of batch: RaggedBatch, isReversed: Bool) -> [RecurrentStep] {
        batch.active.withUnsafeBufferPointer { active in
            batch.starts.withUnsafeBufferPointer { starts in
                active.indices.map { visit in
                    let step = isReversed ? active.count - 1 - visit : visit
                    return RecurrentStep(
                        step, visit: visit, active: active, starts: starts, direction: isReversed ? -1 : 1)
                }
            }
        }
    }

    private init(
        _ step: Int, visit: Int, active: UnsafeBufferPointer<Int>, starts: UnsafeBufferPointer<Int>, direction: Int
    ) {
        self.visit = visit
        sequences = active[0]
        func activeAt(_ other: Int) -> Int { active.indices.contains(other) ? active[other] : 0 }
        rows = active[step]
        row = starts[step]
        place = 0
        beforeRows = min(rows, activeAt(step - direction))
        beforeRow = beforeRows > 0 ? starts[step - direction] : 0
        laterRows = min(rows, activeAt(step + direction))
    }

    /// Some rows of a step, from a place on.
    private init(_ whole: RecurrentStep, from place: Int, rows: Int) {
        (visit, sequences, self.rows) = (whole.visit, whole.sequences, rows)
        row = whole.row + place
        self.place = place
        beforeRows = min(rows, max(0, whole.beforeRows - place))
        beforeRow = beforeRows > 0 ? whole.beforeRow + place : 0
        laterRows = min(rows, max(0, whole.laterRows - place))
    }

    /// The step's rows in parts, whose gates stay in a near cache from the product that makes them to the cells that
    /// take them.
    var parts: some Sequence<RecurrentStep> {
        stride(from: 0, to: rows, by: Self.rowsAtOnce).lazy.map { [self] place in
            RecurrentStep(self, from: place, rows: min(Self.rowsAtOnce, rows - place))
        }
    }

    /// Rows of a part.
    static let rowsAtOnce = 48
    /// Rows whose inputs are read at once, at most: as many as make a product fast, and a step's.
    static let rowsRead = 3 * rowsAtOnce
}
