using System.Globalization;

namespace Semblance.Networks;

/// <summary>How well one way of feeding agrees with a network's norms.</summary>
/// <param name="Distance">See <see cref="FeedingProbe"/>; zero is perfect agreement.</param>
/// <param name="Share">Of random resamples of the pictures, those in which this way was the best.</param>
public sealed record FeedingScore(Feeding Feeding, double Distance, double Share);

/// <summary>What a <see cref="FeedingProbe"/> found.</summary>
/// <param name="Norm">Name of the first norm.</param>
/// <param name="Pictures">How many pictures were fed.</param>
/// <param name="Scores">Every way that was tried, by the first norm, the best first.</param>
/// <param name="Norms">How many norms were asked for the order of the channels.</param>
/// <param name="Orders">The scale that fits with either order, by these norms, the better first.</param>
/// <param name="Usual">That scale with the order that goes with it as a rule.</param>
public sealed record FeedingVerdict(string Norm, int Pictures, IReadOnlyList<FeedingScore> Scores, int Norms, IReadOnlyList<FeedingScore> Orders, Feeding Usual)
{
    /// <summary>Pictures below which nothing is decided.</summary>
    public const int LeastPictures = 4;

    // Under the right scale, pictures of another kind than those of the training came to .02 to .28, under wrong ones to .63 and more.
    private const double LargestDistance = 0.6;

    private const double LeastShare = 0.95;

    // Distance of the best in shares of the runner-up's.
    private const double ClearScale = 0.8;

    // An order that goes against the rule has to fit much better; what lies between is for the user to say. Pictures of another kind than those of the
    // training came to .9 in favour of the wrong order.
    private const double ClearOrder = 0.5;
    private const double OpenOrder = 0.8;

    /// <summary>The way to take, as far as one can tell.</summary>
    public Feeding Choice => IsAgainstTheRule ? Orders[0].Feeding : Usual;

    /// <summary>Whether there is nothing to ask.</summary>
    public bool IsClear => Doubt is null;

    /// <summary>Why the answer is not clear, in words that follow "because"; null where it is.</summary>
    public string? Doubt
    {
        get
        {
            if (Pictures < LeastPictures)
                return Pictures == 1 ? "one photograph is too few" : $"{Pictures.ToString(CultureInfo.InvariantCulture)} photographs are too few";
            if (!(Scores[0].Distance <= LargestDistance))
                return "no way that is known fits";
            // The two orders of the best scale share its wins.
            var rival = Scores.First(score => Orders.All(order => order.Feeding != score.Feeding));
            var share = Scores.Where(score => Orders.Any(order => order.Feeding == score.Feeding)).Sum(score => score.Share);
            if (share < LeastShare || Scores[0].Distance > ClearScale * rival.Distance)
                return $"'{Scores[0].Feeding.Name}' and '{rival.Feeding.Name}' fit nearly as well as each other";
            if (!IsAgainstTheRule && Leads(OpenOrder))
                return $"'{Orders[0].Feeding.Name}' fits better and '{Usual.Name}' is what networks of this scale take as a rule";
            return null;
        }
    }

    /// <summary>What the answer rests on, in words that follow "because".</summary>
    public string Grounds
    {
        get
        {
            var order = IsAgainstTheRule || (Orders[0].Feeding == Usual && Orders[0].Share >= LeastShare)
                ? "and so does the order of the channels"
                : "and the order of the channels, which they hardly tell, goes with it as a rule";
            return string.Create(CultureInfo.InvariantCulture, $"what {Pictures} photographs become in front of its batch norms agrees with what those remember, {order}");
        }
    }

    private bool IsAgainstTheRule => Leads(ClearOrder);

    // Whether the other order fits better than the usual one by that much, whichever pictures are drawn.
    private bool Leads(double ratio) => Orders[0].Feeding != Usual && Orders[0].Share >= LeastShare && Orders[0].Distance <= ratio * Orders[1].Distance;
}
