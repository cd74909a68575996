import Records

/// Pools by small numbers, in the order in which an account book meets them.
struct PoolNumbers {
  private(set) var keys: [PoolKey] = []
  private var numbers: [PoolKey: Int32] = [:]

  mutating func number(of pool: PoolKey) -> Int32 {
    if let number = numbers[pool] { return number }
    let number = Int32(keys.count)
    keys.append(pool)
    numbers[pool] = number
    return number
  }
}
