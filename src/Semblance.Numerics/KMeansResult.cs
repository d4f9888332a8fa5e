namespace Semblance.Numerics;

/// <summary>A partition of the rows of a matrix into clusters.</summary>
/// <param name="Centroids">[k, d], the means of the clusters.</param>
/// <param name="Assignments">For each row the index of its nearest centroid; of equally near ones, the smallest.</param>
/// <param name="Inertia">Sum of the squared Euclidean distances of the rows from their centroids.</param>
/// <param name="Iterations">Rounds of assignment and update made.</param>
/// <param name="Converged">The last round moved no row.</param>
public sealed record KMeansResult(Matrix Centroids, int[] Assignments, double Inertia, int Iterations, bool Converged);
