/// A count and what is counted, for people: "1 step", "2 steps".
package func many(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
