/// What is to happen, by time and, at the same time, in the order in which it was put there.
struct EventQueue<Event> {
    private struct Entry {
        let time: Int
        let order: Int
        let slot: Int

        func isBefore(_ other: Entry) -> Bool { time == other.time ? order < other.order : time < other.time }
    }
    /// A binary heap; the events themselves lie still.
    private var heap: [Entry] = []
    private var slots: [Event?] = []
    private var freeSlots: [Int] = []
    private var nextOrder = 0

    /// Puts an event at a time, in microseconds.
    mutating func put(_ event: Event, at time: Int) {
        put(event, at: time, order: nextOrder)
        nextOrder += 1
    }

    /// Puts an event at a later time, before those that were made after it.
    mutating func put(_ event: Event, at time: Int, order: Int) {
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(event) } else { slots[slot] = event }
        heap.append(Entry(time: time, order: order, slot: slot))
        var i = heap.count - 1
        while i > 0, heap[i].isBefore(heap[(i - 1) / 2]) {
            heap.swapAt(i, (i - 1) / 2)
            i = (i - 1) / 2
        }
    }

    /// When the next event is due.
    var nextTime: Int? { heap.first?.time }

    /// Takes the next event.
    mutating func next() -> (time: Int, order: Int, event: Event)? {
        guard let first = heap.first, let event = slots[first.slot] else { return nil }
        slots[first.slot] = nil
        freeSlots.append(first.slot)
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.order, event)
    }

    private mutating func sink() {
        var i = 0
        while true {
            var least = i
            if 2 * i + 1 < heap.count, heap[2 * i + 1].isBefore(heap[least]) { least = 2 * i + 1 }
            if 2 * i + 2 < heap.count, heap[2 * i + 2].isBefore(heap[least]) { least = 2 * i + 2 }
            if least == i { return }
            heap.swapAt(i, least)
            i = least
        }
    }
}
