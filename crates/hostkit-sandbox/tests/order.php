<?php
// Arms a fault at the sandbox, orders a server, and asks the ledger what became of the order whose answer was lost.
$control = getenv('HOSTKIT_SANDBOX_CONTROL');

function send(string $method, string $url, array $headers = [], string $body = '')
{
    $http = ['method' => $method, 'header' => $headers, 'content' => $body, 'ignore_errors' => true, 'timeout' => 10];
    return @file_get_contents($url, false, stream_context_create(['http' => $http]));
}

$fault = ['fault' => 'reset-after-commit', 'api' => 'inferno', 'operation' => 'create_order'];
send('POST', "$control/faults", ['Content-Type: application/json'], json_encode($fault));

$key = getenv('INFERNO_KEY');
$order = json_encode(['cid' => (int) getenv('INFERNO_CID'), 'pid' => 1]);
$headers = ['Content-Type: application/json', "X-Key: $key"];
$answer = send('POST', getenv('INFERNO_URL') . '/api_client.php?action=create', $headers, $order);
echo 'answer: ', $answer ?: 'none', "\n";

$ledger = json_decode(send('GET', "$control/ledger?operation=create_order"), true);
echo "orders placed: {$ledger['commits']}, paid: {$ledger['money']}\n";
