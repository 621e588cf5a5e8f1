import Signals

extension ONNXGraph {
    /// What a graph is told of a mat beside its maps: what a sensor reads that carries nothing, and whether the feet
    /// come first.
    static let matPorts = [
        Port(
            name: baseline, shape: [],
            meaning: "what a sensor reads that carries nothing, in the samples' unit; anything below is nothing, too"),
        Port(
            name: feetFirst, element: .bool, shape: [],
            meaning: "whether a map's first row is at the feet; otherwise it is at the head"),
    ]
    private static let (baseline, feetFirst) = ("baseline", "feet_first")

    /// Maps `[samples, rows, columns]` of any mat, prepared as `MapPreparer` does it: `[samples, mapRows, mapColumns]`.
    ///
    /// How many rows and columns there are is asked when the graph runs.
    func prepared(_ maps: String, by settings: MapPreparation) -> String {
        let size = add("Shape", [maps])
        var map = add("Max", [add("Sub", [maps, Self.baseline]), floats([0], [], named: "zero")])
        if settings.despike == 3 { map = despiked(map) }
        if settings.clipPercentile < 100 {
            map = add("Min", [map, limit(of: map, percentile: settings.clipPercentile)])
        }
        if settings.root { map = add("Sqrt", [map]) }
        let down = average(of: slice(size, 1, 2, axis: 0), to: settings.mapRows, named: "map_rows")
        let across = average(of: slice(size, 2, 3, axis: 0), to: settings.mapColumns, named: "map_columns")
        map = add("MatMul", [add("MatMul", [down, map]), transpose(across, [1, 0])])
        if settings.unitScale { map = inUnitScale(map) }
        if settings.centred { map = centred(map, rows: settings.mapRows, columns: settings.mapColumns) }
        return add("Where", [Self.feetFirst, reversed(map, axes: [1, 2]), map])
    }

    /// The median of every three by three, edges repeated: the middle of the largest low, the middle middle and the
    /// smallest high of three columns.
    private func despiked(_ map: String) -> String {
        let wide = add("Pad", [map, wholes([0, 1, 1, 0, 1, 1])], [("mode", .text("edge"))])
        let rows = [(0, -2), (1, -1), (2, Int(Int32.max))].map { slice(wide, $0, $1, axis: 1) }
        let (small, large) = (add("Min", [rows[0], rows[1]]), add("Max", [rows[0], rows[1]]))
        let low = add("Min", [small, rows[2]])
        let mid = add("Max", [small, add("Min", [large, rows[2]])])
        let high = add("Max", [large, rows[2]])
        func three(_ value: String) -> [String] {
            [(0, -2), (1, -1), (2, Int(Int32.max))].map { slice(value, $0, $1, axis: 2) }
        }
        return middle([add("Max", three(low)), middle(three(mid)), add("Min", three(high))])
    }

    /// The middle of three values.
    private func middle(_ three: [String]) -> String {
        let (small, large) = (add("Min", [three[0], three[1]]), add("Max", [three[0], three[1]]))
        return add("Max", [small, add("Min", [large, three[2]])])
    }

    /// The percentile of each map's values, linearly between two of them, `[samples, 1, 1]`.
    private func limit(of map: String, percentile: Double) -> String {
        let flat = reshape(map, [0, -1])
        let count = slice(add("Shape", [flat]), 1, 2, axis: 0)
        let last = cast(add("Sub", [count, wholes([1])]), to: .double)
        let place = add("Mul", [doubles([percentile / 100], [], named: "percentile"), last])
        let below = add("Floor", [place])
        let top = add("Sub", [count, cast(below, to: .int64)])
        let sorted = largest(of: flat, count: top)
        func value(_ back: Int) -> String {
            let place = add("Max", [add("Sub", [top, wholes([back])]), wholes([0])])
            return cast(add("Gather", [sorted, place], [("axis", .whole(1))]), to: .double)
        }
        let (own, next) = (value(1), value(2))
        let between = add("Mul", [add("Sub", [place, below]), add("Sub", [next, own])])
        // A map of nearly nothing is not cut down to nothing.
        let found = add(
            "Max", [cast(add("Add", [own, between]), to: .float), floats([1e-3], [], named: "least_limit")])
        return reshape(found, [-1, 1, 1])
    }

    /// What each of `size` values, `[1]`, counts in the averages over the areas of a coarser grid: `[areas, size]`.
    private func average(of size: String, to areas: Int, named name: String) -> String {
        let places = (0...areas).map(Double.init)
        let begins = doubles(Array(places.dropLast()), [areas, 1], named: "\(name).begins")
        let ends = doubles(Array(places.dropFirst()), [areas, 1], named: "\(name).ends")
        let step = add("Div", [cast(size, to: .double), doubles([Double(areas)], [], named: "\(name).count")])
        let range = add("Range", [wholes([0], isList: false), add("Squeeze", [size]), wholes([1], isList: false)])
        let value = cast(range, to: .double)
        let end = add("Min", [add("Mul", [ends, step]), add("Add", [value, doubles([1], [], named: "one_64")])])
        let overlap = add("Sub", [end, add("Max", [add("Mul", [begins, step]), value])])
        let part = add("Div", [add("Max", [overlap, doubles([0], [], named: "zero_64")]), step])
        return cast(part, to: .float)
    }

    /// Maps whose root mean square is 1.
    private func inUnitScale(_ map: String) -> String {
        let wide = cast(map, to: .double)
        let overMap: [(String, Attribute)] = [("axes", .wholes([1, 2])), ("keepdims", .whole(1))]
        let square = add("ReduceMean", [add("Mul", [wide, wide])], overMap)
        let size = add("Add", [add("Sqrt", [square]), doubles([1e-6], [], named: "rounding")])
        return add("Mul", [map, cast(add("Reciprocal", [size]), to: .float)])
    }

    /// Maps moved so that the centre of their squares is in the middle, linearly between values.
    ///
    /// To move along an axis is a product: what a value counts in a moved one is 1 less their distance, at least 0.
    private func centred(_ map: String, rows: Int, columns: Int) -> String {
        let wide = cast(map, to: .double)
        let squares = add("Mul", [wide, wide])
        let total = add("Add", [sum(squares, over: [1, 2]), doubles([1e-9], [], named: "least_energy")])
        func weights(count: Int, over axis: Int, named name: String) -> String {
            let places = (0..<count).map { Double($0) + 0.5 }
            let along = doubles(places, axis == 1 ? [count, 1] : [1, count], named: "\(name).places")
            let centre = add("Div", [sum(add("Mul", [squares, along]), over: [1, 2]), total])
            let half = Double(count) / 2
            let off = add(
                "Clip",
                [
                    add("Sub", [centre, doubles([half], [], named: "\(name).middle")]),
                    doubles([-half], [], named: "\(name).least"), doubles([half], [], named: "\(name).most"),
                ])
            // From the value to the moved one: rows of products from the left, columns of those from the right.
            let distances = (0..<count * count).map { place in
                let (row, column) = (place / count, place % count)
                return Double(axis == 1 ? column - row : row - column)
            }
            let distance = add("Sub", [doubles(distances, [count, count], named: "\(name).distances"), off])
            let near = add("Sub", [doubles([1], [], named: "one_64"), add("Abs", [distance])])
            return cast(add("Max", [near, doubles([0], [], named: "zero_64")]), to: .float)
        }
        let down = weights(count: rows, over: 1, named: "centre_rows")
        let across = weights(count: columns, over: 2, named: "centre_columns")
        return add("MatMul", [add("MatMul", [down, map]), across])
    }

    /// The sum over some axes, which stay with size 1.
    func sum(_ value: String, over axes: [Int]) -> String {
        add("ReduceSum", [value, wholes(axes)], [("keepdims", .whole(1))])
    }
}
