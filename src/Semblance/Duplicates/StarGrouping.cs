namespace Semblance.Duplicates;

/// <summary>
/// Groups copies around kept pictures. In order of preference, each picture that no group has yet is kept and takes its own
/// neighbours that are still free. Every member is therefore near the kept picture itself: a chain a ~ b ~ c whose ends differ
/// is cut, where connected components would make it one group and propose to drop a picture that has no copy.
/// Memory is linear in the number of pictures: neighbours are asked for as needed and no pair is stored.
/// </summary>
internal static class StarGrouping
{
    // Neighbours are looked up for so many pictures ahead at once, which walks through an index in an order that suits it; those that a group
    // takes meanwhile were looked up in vain.
    private const int Ahead = 4096;

    public static IReadOnlyList<DuplicateGroup> Group(
        IReadOnlyList<GalleryItem> items,
        INeighbours neighbours,
        KeepPolicy keep,
        CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, items.Count).ToArray();
        Array.Sort(order, (a, b) => keep.Compare(items[a], items[b]));
        var taken = new bool[items.Count];
        var groups = new List<DuplicateGroup>();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        var next = 0;
        while (next < order.Length)
        {
            var ahead = new List<int>(Ahead);
            for (; next < order.Length && ahead.Count < Ahead; next++)
            {
                if (!taken[order[next]])
                    ahead.Add(order[next]);
            }
            var near = neighbours.Near(ahead, parallel);
            for (var i = 0; i < ahead.Count; i++)
            {
                var position = ahead[i];
                if (taken[position])
                    continue;
                taken[position] = true;
                var members = near[i].Where(neighbour => !taken[neighbour.Position]).ToArray();
                if (members.Length == 0)
                    continue;
                foreach (var member in members)
                    taken[member.Position] = true;
                var kept = items[position];
                var others = members
                    .Select(member => new DuplicateMember(items[member.Position], member.Distance, neighbours.Why(position, member)))
                    .OrderBy(member => member.Distance)
                    .ThenBy(member => member.Item.Id)
                    .ToArray();
                groups.Add(new DuplicateGroup(kept, keep.Reason(kept, others.Select(other => other.Item)), others));
            }
        }
        return [.. groups.OrderBy(group => group.Keep.Id)];
    }
}
